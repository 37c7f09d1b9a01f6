import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Axis, Figure } from '../experiment.js';

const WIDTH = 720;
const HEIGHT = 420;
/** Told apart by whoever sees no colours, too: Okabe and Ito's palette, and a mark of its own for each curve. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00'];
const MARKS = ['circle', 'rect', 'triangle', 'diamond', 'pin'];

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer, TitleComponent]);

/** A figure as SVG, on white. */
export function svgOf({ title, x, y, series }: Figure): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      color: COLOURS,
      title: { text: title, left: 'center' },
      legend: { show: series.length > 1, bottom: 0 },
      grid: { left: 80, right: 30, top: 50, bottom: series.length > 1 ? 75 : 60 },
      xAxis: axisOf(x, 30),
      yAxis: axisOf(y, 55),
      series: series.map(({ name, points }, index) => ({
        name,
        type: x.scale === 'category' ? 'bar' : 'line',
        symbol: MARKS[index % MARKS.length],
        symbolSize: 8,
        data: points.map((point) => [point.x, point.y]),
      })),
    });
    return `${chart.renderToSVGString()}\n`;
  } finally {
    chart.dispose();
  }
}

const axisOf = ({ label, scale }: Axis, nameGap: number) => ({
  type: scale === 'linear' ? ('value' as const) : scale,
  name: label,
  nameLocation: 'middle' as const,
  nameGap,
});
