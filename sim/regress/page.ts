/** Results as one page that needs nothing else: no scripts, no fonts, no pictures from elsewhere. */
import { escaped } from "./markup.ts";
import { pageStyle } from "./page-style.ts";
import type { DeviceResult, Figures, ItemResult, RegressionResult } from "./results.ts";
import type { Change, Trend } from "./trend.ts";

const mostItems = 2000;

/** @param history figures of earlier runs, oldest first */
export function pageOf(result: RegressionResult, history: readonly Figures[], trend: Trend | null): string {
  const failed = result.results.filter(({ verdict }) => verdict === "failed");
  const verdict = result.passed
    ? `<span class="good">passed</span>`
    : result.complete
      ? `<span class="bad">failed</span>`
      : `<span class="wait">not finished</span>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(result.name)}: regression</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>Regression ${escaped(result.name)}: ${verdict}</h1>
<p class="dim">${escaped(result.plan)}, begun ${escaped(result.begun)}, engine ${escaped(result.engine)}, ${result.jobs} jobs</p>
${cards(result, trend)}
${failures(failed)}
${trend === null ? "" : changes(trend)}
<h2>Runs before</h2>
${curve([...history, result])}
<h2>Devices</h2>
${devices(result.devices)}
<h2>Items</h2>
${items(result.results)}
</body>
</html>
`;
}

function cards(result: RegressionResult, trend: Trend | null): string {
  const card = (title: string, value: string, more = ""): string =>
    `<div class="card">${title}<b>${value}</b><span class="dim">${more}</span></div>`;
  const { failures, done, items, packets, packetsPerHour, seconds, secondsPerItem } = result;
  return `<div class="cards">
${card("failures", `<span class="${failures > 0 ? "bad" : "good"}">${failures}</span>`, trend === null ? "" : `${trend.failures.before} in the last run`)}
${card("items", `${whole(done)} of ${whole(items)}`)}
${card("packets", whole(packets))}
${card("packets per hour", whole(packetsPerHour), trend === null ? "" : changeText(trend.packetsPerHour))}
${card("time per item", `${secondsPerItem.toFixed(2)} s`, trend === null ? "" : changeText(trend.secondsPerItem))}
${card("time", duration(seconds))}
</div>`;
}

/** `+4.0 % against the last run`. */
function changeText({ part }: Change): string {
  if (part === null) return "";
  const percent = (100 * part).toFixed(1);
  return `${part > 0 ? "+" : ""}${percent} % against the last run`;
}

function failures(failed: readonly ItemResult[]): string {
  if (failed.length === 0) return "";
  const list = failed.map(
    (one) => `<details${failed.length <= 5 ? ' open=""' : ""}>
<summary><code>${escaped(one.id)}</code> ${escaped((one.failure ?? "").split("\n")[0]!.slice(0, 160))}</summary>
<pre>${escaped(one.failure ?? "")}</pre>
<p>Once more:</p>
<pre>${escaped(one.reproduce ?? "")}</pre>
</details>`,
  );
  return `<h2>Failures</h2>\n${list.join("\n")}`;
}

function changes({ broken, mended, slower }: Trend): string {
  const list = (ids: readonly string[]): string =>
    ids.length === 0 ? "none" : ids.map((id) => `<code>${escaped(id)}</code>`).join(", ");
  const rows = slower.map(
    ({ id, now, before }) =>
      `<tr><td><code>${escaped(id)}</code></td><td class="n">${before.toFixed(1)} s</td><td class="n">${now.toFixed(1)} s</td></tr>`,
  );
  const table =
    rows.length === 0
      ? "<p>No item takes much longer than in the last run.</p>"
      : `<div class="wide"><table><tr><th>slower</th><th class="n">last run</th><th class="n">this run</th></tr>${rows.join("")}</table></div>`;
  return `<h2>Against the last run</h2>
<p>Fail now, passed before: ${list(broken)}</p>
<p>Pass now, failed before: ${list(mended)}</p>
${table}`;
}

const curveSize = { width: 720, height: 120, margin: 12 } as const;
const mostRuns = 40;

/** Packets per hour from run to run; runs with failures are red. */
function curve(all: readonly Figures[]): string {
  const runs = all.slice(-mostRuns);
  const { width, height, margin } = curveSize;
  const top = Math.max(1, ...runs.map(({ packetsPerHour }) => packetsPerHour));
  const points = runs.map(({ packetsPerHour, failures, begun }, index) => {
    const x = margin + (index * (width - 2 * margin)) / Math.max(1, runs.length - 1);
    const y = height - margin - ((height - 2 * margin) * packetsPerHour) / top;
    return {
      x: x.toFixed(1),
      y: y.toFixed(1),
      failures,
      text: `${begun}: ${whole(packetsPerHour)} packets per hour`,
    };
  });
  const line = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x} ${y}`).join(" ");
  const dots = points.map(
    ({ x, y, failures, text }) =>
      `<circle cx="${x}" cy="${y}" r="4"${failures > 0 ? ' class="bad"' : ""}><title>${escaped(text)}, ${failures} failures</title></circle>`,
  );
  const rows = [...runs]
    .reverse()
    .map(
      (one) =>
        `<tr><td>${escaped(one.begun)}</td><td class="n">${one.failures}</td><td class="n">${whole(one.packets)}</td><td class="n">${whole(one.packetsPerHour)}</td><td class="n">${one.secondsPerItem.toFixed(2)} s</td><td class="n">${duration(one.seconds)}</td><td>${escaped(one.engine)}, ${one.jobs}</td></tr>`,
    );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="packets per hour from run to run"><path d="${line}"/>${dots.join("")}</svg>
<div class="wide"><table><tr><th>begun</th><th class="n">failures</th><th class="n">packets</th><th class="n">packets per hour</th><th class="n">time per item</th><th class="n">time</th><th>engine, jobs</th></tr>${rows.join("")}</table></div>`;
}

function devices(list: readonly DeviceResult[]): string {
  const rows = list.map((one) => {
    const { description, items, done, failures, packets, seconds, cpuSeconds, minimumPackets } = one;
    const short = minimumPackets !== undefined && packets < minimumPackets;
    const wanted = minimumPackets === undefined ? "" : whole(minimumPackets);
    return `<tr><td>${escaped(description)}</td><td class="n">${done} of ${items}</td><td class="n${failures > 0 ? " bad" : ""}">${failures}</td><td class="n${short ? " wait" : ""}">${whole(packets)}</td><td class="n">${wanted}</td><td class="n">${duration(seconds)}</td><td class="n">${duration(cpuSeconds)}</td></tr>`;
  });
  return `<div class="wide"><table><tr><th>device</th><th class="n">items</th><th class="n">failures</th><th class="n">packets</th><th class="n">asked for</th><th class="n">time of items</th><th class="n">processor</th></tr>${rows.join("")}</table></div>`;
}

function items(list: readonly ItemResult[]): string {
  const classes = { passed: "good", failed: "bad", open: "wait" } as const;
  const rows = list
    .slice(0, mostItems)
    .map(
      (one) =>
        `<tr><td><code>${escaped(one.id)}</code></td><td class="${classes[one.verdict]}">${one.verdict}</td><td class="n">${whole(one.packets)}</td><td class="n">${one.seconds.toFixed(2)} s</td><td>${escaped(one.note ?? "")}${one.deaths > 0 ? ` (worker died ${one.deaths} times)` : ""}</td></tr>`,
    );
  const rest =
    list.length > mostItems ? `<p class="dim">${list.length - mostItems} more in results.json</p>` : "";
  return `<details><summary>${whole(list.length)} items</summary><div class="wide"><table><tr><th>item</th><th>verdict</th><th class="n">packets</th><th class="n">time</th><th>note</th></tr>${rows.join("")}</table></div>${rest}</details>`;
}

export function whole(value: number): string {
  return value.toLocaleString("en-US");
}

/** `2 h 05 min`, `3 min 20 s`, `4.2 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const s = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  if (s < 3600) return `${Math.floor(s / 60)} min ${two(s % 60)} s`;
  return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
}
