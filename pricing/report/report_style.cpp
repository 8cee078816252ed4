#include "pricing/report/report_sections.hpp"

namespace lien::pricing {

// Colours: Okabe and Ito, "Color universal design", 2008.
std::string_view report_style() {
  return R"css(
:root { --ink: #1b2430; --soft: #5a6675; --line: #d9dfe6; --pale: #f4f6f9; --blue: #0072b2; --orange: #d55e00; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); background: #fff; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 28px 64px; }
header { border-bottom: 3px solid var(--ink); padding-bottom: 16px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 20px; line-height: 1.3; margin: 0 0 6px; }
h3 { font-size: 15px; margin: 22px 0 6px; }
header p { margin: 6px 0 0; color: var(--soft); }
.kicker { margin: 0 0 4px; font-size: 12px; letter-spacing: 0.08em; text-transform: uppercase; color: var(--soft); }
section { margin-top: 44px; }
.lead { margin: 0 0 14px; max-width: 75ch; color: var(--soft); }
.note { color: var(--soft); font-size: 13px; }
.facts { display: flex; flex-wrap: wrap; gap: 6px 28px; margin: 14px 0 0; padding: 0; }
.facts div { display: flex; gap: 7px; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; font-weight: 600; font-variant-numeric: tabular-nums; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 12px; margin-top: 24px; }
.card { border: 1px solid var(--line); border-top: 3px solid var(--blue); padding: 12px 14px; background: #fff; }
.card .what { color: var(--soft); font-size: 13px; line-height: 1.3; min-height: 34px; }
.card .value { font-size: 22px; white-space: nowrap; font-weight: 650; line-height: 1.4; font-variant-numeric: tabular-nums; }
.card .error { color: var(--soft); font-size: 13px; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 0 0 6px; }
th { text-align: left; font-weight: 600; border-bottom: 2px solid var(--ink); padding: 6px 12px 6px 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: 6px 12px 6px 0; vertical-align: top; }
th.n, td.n { text-align: right; padding: 6px 0 6px 16px; }
td.n, .id { white-space: nowrap; }
tbody tr:hover { background: var(--pale); }
.error { display: block; color: var(--soft); font-size: 12px; font-weight: 400; }
.means { display: block; color: var(--soft); font-size: 12px; max-width: 44ch; }
.strong { font-weight: 650; }
.within { color: var(--soft); }
.heat { display: block; padding: 0.2em 0.4em; border-radius: 3px; }
.costs1 { background: rgba(198, 40, 40, 0.1); }
.costs2 { background: rgba(198, 40, 40, 0.2); }
.costs3 { background: rgba(198, 40, 40, 0.3); }
.costs4 { background: rgba(198, 40, 40, 0.4); }
.costs5 { background: rgba(198, 40, 40, 0.5); }
.costs6 { background: rgba(198, 40, 40, 0.6); }
.helps1 { background: rgba(46, 125, 50, 0.1); }
.helps2 { background: rgba(46, 125, 50, 0.2); }
.helps3 { background: rgba(46, 125, 50, 0.3); }
.helps4 { background: rgba(46, 125, 50, 0.4); }
.helps5 { background: rgba(46, 125, 50, 0.5); }
.helps6 { background: rgba(46, 125, 50, 0.6); }
.passed { color: #00704f; font-weight: 600; }
.failed { color: #b3261e; font-weight: 700; }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 22px 24px; }
figure { margin: 0; min-width: 0; }
figure.wide { grid-column: 1 / -1; max-width: 860px; }
figcaption { color: var(--soft); font-size: 12px; line-height: 1.4; }
svg { max-width: 100%; height: auto; display: block; }
figure svg { width: 100%; }
.legend { font-size: 13px; color: var(--soft); margin: 0 0 10px; }
.legend svg { display: inline-block; vertical-align: -1px; margin: 0 4px 0 12px; width: 30px; }
figure .legend { margin: 4px 0 0; }
.legend svg:first-child { margin-left: 0; }
svg text { font: 11px system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif; fill: var(--soft); }
svg .title { font-size: 13.5px; font-weight: 650; fill: var(--ink); }
svg .marked { font-size: 11.5px; fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
.grid { stroke: #e6eaef; stroke-width: 1; }
.base { stroke: #8b96a3; stroke-width: 1; }
.outer { fill: #0072b2; fill-opacity: 0.16; }
.inner { fill: #0072b2; fill-opacity: 0.32; }
.median { fill: none; stroke: #004e7a; stroke-width: 2; stroke-linejoin: round; }
.mean { fill: none; stroke: #d55e00; stroke-width: 1.6; stroke-dasharray: 5 3; stroke-linejoin: round; }
.bar { fill: #56a0cf; }
.p0 { fill: #0072b2; }
.p1 { fill: #d55e00; }
.p2 { fill: #56b4e9; }
.p3 { fill: #8b96a3; }
.p4 { fill: #cc79a7; }
.p5 { fill: #009e73; }
.total { stroke: #1b2430; stroke-width: 2.4; fill: none; }
.mark { stroke: #d55e00; stroke-width: 1.8; }
.series { fill: none; stroke-width: 2; stroke-linejoin: round; }
.s0 { stroke: #0072b2; }
.s1 { stroke: #d55e00; stroke-dasharray: 7 3; }
.s2 { stroke: #009e73; stroke-dasharray: 2 3; }
.s3 { stroke: #cc79a7; }
.s4 { stroke: #b38600; stroke-dasharray: 7 3; }
.s5 { stroke: #1b2430; stroke-dasharray: 2 3; }
ul { margin: 6px 0 0; padding-left: 20px; max-width: 85ch; }
li { margin: 3px 0; }
footer { margin-top: 56px; padding-top: 12px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; }
@page { size: A4; margin: 14mm 13mm; }
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  section { margin-top: 22px; }
  h2, h3, .lead, .legend { break-after: avoid; }
  figure, .card, tr { break-inside: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  th.n, td.n { padding-left: 8px; }
  .figures { grid-template-columns: repeat(2, 1fr); gap: 14px; }
  .cards { grid-template-columns: repeat(3, 1fr); }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";
}

}  // namespace lien::pricing
