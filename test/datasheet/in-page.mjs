/** Functions that tests run inside of a page: each refers to nothing outside of itself. Plain JavaScript for a browser. */

/**
 * Text whose contrast with its ground is below 4.5 (3 for large letters), as WCAG 2.2 measures it. Runs in the page, so it
 * refers to nothing outside of itself. Text in drawings stands on the shape painted last below its middle.
 */
export function contrastFaults() {
  const parse = (css) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, css === "none" || css === "transparent" ? 0 : alpha];
  };
  const linear = (value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = ([red, green, blue]) =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  const ratio = (one, other) => {
    const [low = 0, high = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const groundOf = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const color = parse(getComputedStyle(at).backgroundColor);
      if (color[3] === 1) return color;
    }
    return [255, 255, 255, 1];
  };
  const shapeBelow = (text) => {
    const box = text.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const shapes = [...(text.closest("svg")?.querySelectorAll("rect") ?? [])].filter((shape) => {
      const at = shape.getBoundingClientRect();
      const before = (shape.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
      return before && at.left <= x && at.right >= x && at.top <= y && at.bottom >= y;
    });
    const fills = shapes
      .map((shape) => getComputedStyle(shape))
      .filter(({ fillOpacity }) => fillOpacity === "1");
    return fills.map(({ fill }) => parse(fill)).findLast(([, , , alpha]) => alpha === 1);
  };
  const faults = new Set();
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== "",
    );
    if (!own || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    const style = getComputedStyle(element);
    if (style.visibility === "hidden" || element.getClientRects().length === 0) continue;
    const svg = element instanceof SVGElement;
    const ink = parse(svg ? style.fill : style.color);
    const ground = (svg ? shapeBelow(element) : undefined) ?? groundOf(element);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const found = ratio(ink, ground);
    if (found < (large ? 3 : 4.5))
      faults.add(
        `${element.tagName}.${element.getAttribute("class") ?? ""} ${found.toFixed(2)} "${element.textContent?.slice(0, 30)}"`,
      );
  }
  return [...faults];
}

/** Colours of the page: the ground and the ink. */
export function colors() {
  const { backgroundColor, color } = getComputedStyle(document.body);
  return { ground: backgroundColor, ink: color };
}

/** Where the link that has the focus leads. */
export function focusedLink() {
  return document.activeElement?.getAttribute("href") ?? "";
}

/** Distance of an element from the upper edge of the window. @param {string} id */
export function topOf(id) {
  return document.getElementById(id)?.getBoundingClientRect().top ?? Number.NaN;
}

/** Width of all that the page holds. */
export function pageWidth() {
  return document.documentElement.scrollWidth;
}

/** What can be scrolled sideways, but not reached with the keyboard. */
export function unreachable() {
  return [...document.querySelectorAll("main *")]
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflowX === "auto")
    .filter((one) => one.tabIndex !== 0)
    .map((one) => one.getAttribute("aria-label") ?? one.tagName);
}

/** Tables and drawings that reach beyond `width`. @param {number} width */
export function cutOff(width) {
  return [...document.querySelectorAll("main table, main svg")]
    .filter((one) => one.getBoundingClientRect().right > width)
    .map((one) => one.getAttribute("aria-label") ?? one.querySelector("caption")?.textContent ?? "");
}
