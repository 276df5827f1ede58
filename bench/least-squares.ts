/** A law a + b·x + c·x² through points: least squares of the relative errors, so that small values count as large ones do. */
export interface Law {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** Largest distance of a point from the law, as a share of the point's value. */
  readonly worst: number;
}

/** @param points at least three, at different x; y is not 0 */
export function fitSquare(points: readonly (readonly [x: number, y: number])[]): Law {
  const power = (exponent: number): number => points.reduce((sum, [x, y]) => sum + x ** exponent / y ** 2, 0);
  const moment = (exponent: number): number => points.reduce((sum, [x, y]) => sum + x ** exponent / y, 0);
  const rows = [0, 1, 2].map((row) => [power(row), power(row + 1), power(row + 2), moment(row)]);
  for (let column = 0; column < 3; column++) {
    const pivot = rows[column] as number[];
    for (const row of rows) {
      if (row === pivot) continue;
      const share = (row[column] ?? 0) / (pivot[column] ?? 1);
      for (let at = 0; at < 4; at++) row[at] = (row[at] ?? 0) - share * (pivot[at] ?? 0);
    }
  }
  const [a = 0, b = 0, c = 0] = rows.map((row, at) => (row[3] ?? 0) / (row[at] ?? 1));
  const away = points.map(([x, y]) => Math.abs(a + b * x + c * x * x - y) / y);
  return { a, b, c, worst: Math.max(...away) };
}
