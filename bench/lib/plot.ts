// Draws the rows that lie on a curve as an SVG: cost against the amount of work.
import { writeFileSync } from "node:fs";
import * as echarts from "echarts";
import type { Row } from "./bench.ts";

const size = { width: 820, height: 420 };

/** One line for each curve of the measures in `unit`; nothing is written when no row lies on one. */
export function writePlot(file: string, rows: readonly Row[], { unit, title }: { unit: Row["unit"]; title: string }) {
  const placed = rows.filter((row) => row.at && row.unit === unit);
  if (placed.length === 0) return;
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    title: { text: title, left: "center", textStyle: { fontSize: 15 } },
    legend: { bottom: 8 },
    grid: { left: 70, right: 40, top: 56, bottom: 84 },
    xAxis: { type: "log", name: "how many", nameLocation: "middle", nameGap: 28 },
    yAxis: { type: "value", name: unit, min: 0 },
    series: [...new Set(placed.map((row) => row.at?.curve))].map((curve) => ({
      type: "line",
      name: curve,
      symbolSize: 8,
      label: { show: true, formatter: ({ value }: { value: unknown }) => Number((value as number[])[1]).toFixed(2) },
      data: placed.filter((row) => row.at?.curve === curve).map((row) => [row.at?.size, row.p50]),
    })),
  });
  writeFileSync(file, chart.renderToSVGString());
  chart.dispose();
}
