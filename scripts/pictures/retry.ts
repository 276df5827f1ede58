import { line, type Point, picture, text } from "../../generator/views/pictures/svg.ts";

const left = 250;
const right = 650;
/** Time that a frame takes from one end to the other, in pixels. */
const flight = 46;

/** A frame lost to a bit error, its NACK, and the replay: what each end sends and knows, time running downwards. */
export function drawRetry(): string {
  const bottom = 540;
  return picture("Sequence of a retry: error, NACK, replay", 900, bottom + 14, [
    text({ x: left, y: 26 }, "port A: llr_tx", "head", "middle"),
    text({ x: right, y: 26 }, "port B: llr_rx", "head", "middle"),
    `<path class="rule" d="M${left} 38V${bottom}M${right} 38V${bottom}"/>`,
    ...frame(54, "packet 100", ""),
    ...damaged(86, "packet 101"),
    ...frame(118, "packet 102", ""),
    ...frame(150, "packet 103", ""),
    ...note(right, 100, "100 expected and good:", "delivered, ACK due"),
    ...note(right, 142, "101 damaged: SEND_NACK,", "nothing else is asked for", "bad-text"),
    ...answer(156, "NACK(100)", "bad-text"),
    ...note(right, 188, "102, 103: ahead of 101,", "dropped without another NACK"),
    ...note(left, 92, "copies of 100 ... 103 stay", "in the replay buffer"),
    ...note(left, 206, "100 is acknowledged and freed;", "the packet on the wire is finished"),
    text(
      { x: (left + right) / 2, y: 228 },
      "replay: same numbers, no credit used, new packets wait",
      "small main-text",
      "middle",
    ),
    ...frame(244, "packet 101", "main"),
    ...frame(276, "packet 102", "main"),
    ...frame(308, "packet 103", "main"),
    ...note(right, 292, "101 at last: delivered,", "state back to SEND_ACKS", "good-text"),
    ...note(right, 356, "102, 103 delivered", "in their order"),
    ...answer(368, "ACK(103)", "good-text"),
    ...note(left, 420, "101 ... 103 acknowledged", "and freed", "good-text"),
    ...frame(440, "packet 104", ""),
    ...note(right, 486, "104 expected and good", ""),
    ...note(left, 488, "had the NACK been lost, the replay", "timer would have done the same"),
  ]);
}

function frame(y: number, name: string, kind: string): readonly string[] {
  const points = [
    { x: left, y },
    { x: right, y: y + flight },
  ];
  return [line(points, kind), text(along(y, 0.24), name, "small", "middle")];
}

function damaged(y: number, name: string): readonly string[] {
  const hit = { x: left + (right - left) * 0.62, y: y + flight * 0.62 };
  const { x, y: at } = hit;
  return [
    line([{ x: left, y }, hit]),
    text(along(y, 0.24), name, "small", "middle"),
    `<path class="line bad" d="M${x - 6} ${at - 6}L${x + 6} ${at + 6}M${x + 6} ${at - 6}L${x - 6} ${at + 6}M${x} ${at}L${right} ${y + flight}"/>`,
  ];
}

function answer(y: number, name: string, kind: string): readonly string[] {
  const points = [
    { x: right, y },
    { x: left, y: y + flight },
  ];
  const at = { x: left + (right - left) * 0.2, y: y + flight * 0.8 - 10 };
  return [line(points, kind === "good-text" ? "good" : ""), text(at, name, kind, "middle")];
}

/** A remark beside a lifeline, outside of the two. */
function note(side: number, y: number, first: string, second: string, kind = ""): readonly string[] {
  const x = side === left ? left - 14 : right + 14;
  const anchor = side === left ? "end" : "start";
  return [
    text({ x, y }, first, `small ${kind}`, anchor),
    ...(second === "" ? [] : [text({ x, y: y + 14 }, second, `small ${kind}`, anchor)]),
  ];
}

function along(y: number, share: number): Point {
  return { x: left + (right - left) * share, y: y + flight * share - 8 };
}
