/**
 * DCQCN: the rate of a queue pair under congestion notifications (`transport-rc` section 10; NVIDIA "DCQCN CC
 * parameters"; Zhu et al., SIGCOMM 2015). All in integers, as hardware does it: rates in kbit/s, alpha in 1/1024.
 */

export interface DcqcnParameters {
  /** Rate without congestion, kbit/s. */
  readonly lineKbps: number;
  /** Weight of the past in alpha, of 1024. */
  readonly g: number;
  /** Period of the update of alpha, ns. */
  readonly alphaPeriodNs: number;
  /** 0 … 1023. */
  readonly initialAlpha: number;
  /** Rate set by the first notification, kbit/s; 0 cuts from line rate as later ones do. */
  readonly firstRateKbps: number;
  /** A cut leaves at least this part of the rate, percent. */
  readonly minDecreasePercent: number;
  readonly minKbps: number;
  /** The cut is rate * alpha / 2^gd; 11 makes it alpha/2. */
  readonly gd: number;
  /** At most one cut in this time, ns. */
  readonly cutPeriodNs: number;
  /** Time and bytes after which the rate rises a step. */
  readonly timeResetNs: number;
  readonly byteReset: number;
  /** Steps of fast recovery. */
  readonly threshold: number;
  readonly aiKbps: number;
  readonly haiKbps: number;
}

/** Published defaults for a port of 400 Gb/s. */
export const dcqcnDefaults: DcqcnParameters = {
  lineKbps: 400_000_000,
  g: 1019,
  alphaPeriodNs: 1000,
  initialAlpha: 1023,
  firstRateKbps: 0,
  minDecreasePercent: 50,
  minKbps: 1000,
  gd: 11,
  cutPeriodNs: 4000,
  timeResetNs: 300_000,
  byteReset: 32_767,
  threshold: 1,
  aiKbps: 5000,
  haiKbps: 50_000,
};

/** The limiter of one queue pair. Time only moves forward; it is given with each call, in ns. */
export interface RateLimiter {
  readonly parameters: DcqcnParameters;
  rateKbps: number;
  targetKbps: number;
  alpha: number;
  /** False until the first notification and again at line rate: nothing is limited. */
  active: boolean;
  /** Steps of the rise by time and by bytes since the last cut. */
  timeSteps: number;
  byteSteps: number;
  bytes: number;
  nextAlpha: number;
  nextRise: number;
  nextCut: number;
  /** A notification within the cut period: cut when it is over. */
  cutPending: boolean;
  /** A notification since the last update of alpha. */
  notified: boolean;
  /** Earliest time of the next packet. */
  sendAfter: number;
}

export function createLimiter(parameters: DcqcnParameters): RateLimiter {
  return {
    parameters,
    rateKbps: parameters.lineKbps,
    targetKbps: parameters.lineKbps,
    alpha: parameters.initialAlpha,
    active: false,
    timeSteps: 0,
    byteSteps: 0,
    bytes: 0,
    nextAlpha: 0,
    nextRise: 0,
    nextCut: 0,
    cutPending: false,
    notified: false,
    sendAfter: 0,
  };
}

/** Alpha after one period: moves toward 1024 with a notification, toward 0 without. */
export function nextAlpha(alpha: number, g: number, notified: boolean): number {
  const decayed = Math.floor((g * alpha) / 1024);
  return Math.min(1023, notified ? decayed + (1024 - g) : decayed);
}

function cut(limiter: RateLimiter, now: number): void {
  const { parameters: p, rateKbps, alpha } = limiter;
  limiter.cutPending = false;
  limiter.nextCut = now + p.cutPeriodNs;
  limiter.targetKbps = rateKbps;
  const least = Math.max(p.minKbps, Math.ceil((rateKbps * p.minDecreasePercent) / 100));
  const cutTo = rateKbps - Math.floor((rateKbps * alpha) / 2 ** p.gd);
  limiter.rateKbps = Math.min(rateKbps, Math.max(least, cutTo));
  limiter.timeSteps = 0;
  limiter.byteSteps = 0;
  limiter.bytes = 0;
  limiter.nextRise = now + p.timeResetNs;
}

/** A step upward: fast recovery to the target, then additive, then hyper increase of the target. */
function rise(limiter: RateLimiter): void {
  const { parameters: p, timeSteps, byteSteps } = limiter;
  const passed = Number(timeSteps > p.threshold) + Number(byteSteps > p.threshold);
  const increase = passed === 0 ? 0 : passed === 1 ? p.aiKbps : p.haiKbps;
  limiter.targetKbps = Math.min(p.lineKbps, limiter.targetKbps + increase);
  limiter.rateKbps = Math.ceil((limiter.rateKbps + limiter.targetKbps) / 2);
  if (limiter.rateKbps >= p.lineKbps) limiter.active = false;
}

/** Brings a limiter to `now`: updates of alpha, a cut that was due, steps of the timer, in order of time. */
export function advanceLimiter(limiter: RateLimiter, now: number): void {
  const { parameters: p } = limiter;
  while (limiter.active) {
    const due = Math.min(
      limiter.nextAlpha,
      limiter.nextRise,
      limiter.cutPending ? limiter.nextCut : Infinity,
    );
    if (due > now) return;
    if (due === limiter.nextAlpha) {
      limiter.alpha = nextAlpha(limiter.alpha, p.g, limiter.notified);
      limiter.notified = false;
      limiter.nextAlpha += p.alphaPeriodNs;
    } else if (limiter.cutPending && due === limiter.nextCut) {
      cut(limiter, due);
    } else {
      limiter.timeSteps++;
      limiter.nextRise += p.timeResetNs;
      rise(limiter);
    }
  }
}

/** A congestion notification arrived. */
export function notifyLimiter(limiter: RateLimiter, now: number): void {
  const { parameters: p } = limiter;
  advanceLimiter(limiter, now);
  limiter.notified = true;
  if (limiter.active) {
    if (now >= limiter.nextCut) cut(limiter, now);
    else limiter.cutPending = true;
    return;
  }
  limiter.active = true;
  limiter.alpha = p.initialAlpha;
  limiter.nextAlpha = now + p.alphaPeriodNs;
  cut(limiter, now);
  if (p.firstRateKbps > 0) limiter.rateKbps = Math.min(p.lineKbps, Math.max(p.minKbps, p.firstRateKbps));
}

/** A packet of `bytes` on the wire began at `now`: counts it and sets the time of the next one. */
export function sentThroughLimiter(limiter: RateLimiter, bytes: number, now: number): void {
  advanceLimiter(limiter, now);
  if (!limiter.active) return;
  limiter.bytes += bytes;
  while (limiter.bytes >= limiter.parameters.byteReset) {
    limiter.bytes -= limiter.parameters.byteReset;
    limiter.byteSteps++;
    rise(limiter);
  }
  limiter.sendAfter = Math.max(now, limiter.sendAfter) + Math.ceil((bytes * 8_000_000) / limiter.rateKbps);
}
