/** One line of a chart: y by x. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

const WIDTH = 720;
const HEIGHT = 360;
const MARGIN = { left: 60, right: 170, top: 20, bottom: 50 };

/** An SVG of curves from the origin on. */
export function chart(curves: readonly Curve[], xTitle: string, yTitle: string): string {
  const all = curves.flatMap(({ points }) => points);
  const [maxX, maxY] = [Math.max(...all.map(([x]) => x)), Math.max(...all.map(([, y]) => y))];
  const [right, bottom] = [WIDTH - MARGIN.right, HEIGHT - MARGIN.bottom];
  const x = (value: number) => round(MARGIN.left + (value / maxX) * (right - MARGIN.left));
  const y = (value: number) => round(bottom - (value / maxY) * (bottom - MARGIN.top));
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${yTitle}, by ${xTitle}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<path d="M${MARGIN.left} ${MARGIN.top}V${bottom}H${right}" fill="none" stroke="#333"/>`,
    ...ticks.map((tick) => text(x(maxX * tick), bottom + 18, 'middle', String(Math.round(maxX * tick)))),
    ...ticks.map((tick) => text(MARGIN.left - 8, y(maxY * tick) + 4, 'end', String(Math.round(maxY * tick)))),
    text((MARGIN.left + right) / 2, HEIGHT - 12, 'middle', xTitle),
    text(MARGIN.left, 14, 'start', yTitle),
    ...curves.flatMap(({ name, colour, points }) => {
      const way = points.map(([px, py]) => `${x(px)},${y(py)}`).join(' ');
      const [lastX, lastY] = points.at(-1) ?? [0, 0];
      return [
        `<polyline points="${way}" fill="none" stroke="${colour}" stroke-width="2"/>`,
        text(x(lastX) + 6, y(lastY) + 4, 'start', name, colour),
      ];
    }),
    '</svg>\n',
  ].join('\n');
}

function text(x: number, y: number, anchor: string, content: string, colour = '#333'): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" fill="${colour}">${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
