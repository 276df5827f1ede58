/** The look of the page of results: follows the reader's light or dark theme, and fits a narrow screen. */
export const pageStyle = `
:root { color-scheme: light dark; --page: #fff; --text: #1b1f24; --dim: #59636e; --line: #d1d9e0; --card: #f6f8fa;
  --good: #1a7f37; --bad: #cf222e; --wait: #9a6700; --accent: #0969da; }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --text: #e6edf3; --dim: #9198a1; --line: #3d444d; --card: #151b23;
    --good: #3fb950; --bad: #f85149; --wait: #d29922; --accent: #4493f8; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; } .dim { color: var(--dim); }
.cards { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1rem 0; }
.card { flex: 1 1 11rem; padding: .75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 6px; }
.card b { display: block; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .bad { color: var(--bad); } .wait { color: var(--wait); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .6rem; margin: .4rem 0;
  white-space: pre-wrap; overflow-wrap: anywhere; }
details { border-bottom: 1px solid var(--line); padding: .3rem 0; } summary { cursor: pointer; }
svg { display: block; max-width: 100%; } svg path { fill: none; stroke: var(--accent); stroke-width: 2; }
svg circle { fill: var(--accent); } svg circle.bad { fill: var(--bad); }
`;
