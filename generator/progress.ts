/** How long work stays silent, ms: what is done by then needs no note. */
const silence = 700;

/**
 * Awaits `work` and, on a terminal, shows on standard error what is going on and for how many seconds, once it has
 * taken longer than a moment. The note is wiped away when the work ends, however it ends.
 */
export async function withProgress<T>(note: string | (() => string), work: Promise<T>): Promise<T> {
  const out = process.stderr;
  if (out.isTTY !== true) return await work;
  const begin = performance.now();
  let shown = false;
  const timer = setInterval(() => {
    const ms = performance.now() - begin;
    if (ms < silence) return;
    const text = typeof note === "string" ? note : note();
    out.write(`\r\u001b[K${text} ... ${Math.floor(ms / 1000)} s`.slice(0, (out.columns || 100) + 3));
    shown = true;
  }, 250);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    if (shown) out.write("\r\u001b[K");
  }
}
