/** A heat map of a matrix as SVG: a row for each output, a column for each input. */

export interface HeatmapLabels {
  readonly title: string;
  readonly rows: string;
  readonly columns: string;
  readonly values: string;
  /** Columns to point out above the map. */
  readonly marks: Readonly<Record<string, number>>;
}

const cell = 12;
const margin = { left: 92, top: 104, right: 144, bottom: 76 };
const levels = 32; // colours on each side of zero

export function drawHeatmap(matrix: readonly (readonly number[])[], labels: HeatmapLabels): string {
  const [rows, columns] = [matrix.length, matrix[0]?.length ?? 0];
  const [width, height] = [columns * cell, rows * cell];
  const bound = Math.max(...matrix.flat().map(Math.abs));
  const total = [width + margin.left + margin.right, height + margin.top + margin.bottom];
  const style = 'font-family="Helvetica, Arial, sans-serif" font-size="15" fill="#3c4149"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.join(" ")}" ${style}>`,
    `<title>${labels.title}</title>`,
    `<rect width="${total[0]}" height="${total[1]}" rx="10" fill="#ffffff"/>`,
    `<g transform="translate(${margin.left} ${margin.top})">`,
    text(0, -66, labels.title, 'font-size="21" font-weight="600" fill="#1d2127"'),
    ...Object.entries(labels.marks).map(([name, column]) => mark(name, column)),
    ...cells(matrix, bound),
    `<rect width="${width}" height="${height}" fill="none" stroke="#c5c9cf"/>`,
    ...columnAxis(columns, height, labels.columns),
    ...rowAxis(rows, labels.rows),
    ...colourBar(width + 30, height, bound, labels.values),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

const text = (x: number, y: number, content: string, style = ""): string =>
  `<text x="${x}" y="${y}" ${style}>${content}</text>`;

const middle = 'text-anchor="middle"';

/** A name and a triangle above a column. */
function mark(name: string, column: number): string {
  const x = (column + 0.5) * cell;
  return `${text(x, -22, name, middle)}<path d="M${x - 6} -15h12l-6 9z"/>`;
}

function columnAxis(count: number, height: number, label: string): string[] {
  const ticks = everyEighth(count).map((i) => text((i + 0.5) * cell, height + 22, `${i}`, middle));
  return [...ticks, text((count * cell) / 2, height + 54, label, middle)];
}

function rowAxis(count: number, label: string): string[] {
  const style = 'text-anchor="end"';
  const ticks = everyEighth(count).map((i) => text(-10, (i + 0.5) * cell + 5, `${i}`, style));
  const turned = `${middle} transform="rotate(-90 -54 ${(count * cell) / 2})"`;
  return [...ticks, text(-54, (count * cell) / 2, label, turned)];
}

const everyEighth = (count: number): number[] =>
  Array.from({ length: Math.ceil(count / 8) }, (_, i) => 8 * i);

/** One path for each colour, of runs of equal cells: a small file. */
function cells(matrix: readonly (readonly number[])[], bound: number): string[] {
  const paths = new Map<number, string>();
  matrix.forEach((row, i) => {
    for (const [start, end, level] of runs(row.map((value) => levelOf(value / bound)))) {
      const run = `M${start * cell} ${i * cell}h${(end - start) * cell}v${cell}H${start * cell}z`;
      paths.set(level, (paths.get(level) ?? "") + run);
    }
  });
  return [...paths]
    .sort(([a], [b]) => a - b)
    .map(([level, d]) => `<path fill="${colour(level)}" shape-rendering="crispEdges" d="${d}"/>`);
}

function runs(row: readonly number[]): [start: number, end: number, level: number][] {
  const starts = row.flatMap((level, j) => (level === row[j - 1] ? [] : [j]));
  return starts.map((start, k) => [start, starts[k + 1] ?? row.length, row[start] ?? 0]);
}

/** The square root keeps small values visible; the colour bar has the same scale. */
const levelOf = (value: number): number =>
  Math.sign(value) * Math.round(Math.sqrt(Math.abs(value)) * levels);

function colourBar(x: number, height: number, bound: number, label: string): string[] {
  const step = height / (2 * levels + 1);
  const steps = Array.from({ length: 2 * levels + 1 }, (_, i) => {
    const y = (i * step).toFixed(2);
    return `<rect x="${x}" y="${y}" width="18" height="${(step + 0.5).toFixed(2)}" fill="${colour(levels - i)}"/>`;
  });
  const ticks = [1, 0.25, 0, -0.25, -1].map((share) => {
    const y = (height * (1 - Math.sign(share) * Math.sqrt(Math.abs(share)))) / 2;
    return text(x + 26, y + 5, (share * bound).toFixed(2).replace("-", "−"));
  });
  const turned = `${middle} transform="rotate(-90 ${x + 98} ${height / 2})"`;
  return [...steps, ...ticks, text(x + 98, height / 2, `${label} (square-root scale)`, turned)];
}

/** Blue, white, red: lightness falls evenly from the middle, as OKLab measures it. */
function colour(level: number): string {
  const share = Math.abs(level) / levels;
  const hue = ((level < 0 ? 255 : 32) * Math.PI) / 180;
  const chroma = 0.17 * Math.sin((share ** 0.8 * Math.PI) / 1.6);
  return hex(0.985 - 0.56 * share, chroma * Math.cos(hue), chroma * Math.sin(hue));
}

/** OKLab to sRGB: https://bottosson.github.io/posts/oklab/ */
function hex(lightness: number, a: number, b: number): string {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return `#${linear.map((x) => byte(x).toString(16).padStart(2, "0")).join("")}`;
}

function byte(linear: number): number {
  const x = Math.min(1, Math.max(0, linear));
  return Math.round(255 * (x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055));
}
