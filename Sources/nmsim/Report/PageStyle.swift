/// The page's style sheet: one type scale, numbers of equal width, a palette that colour-blind readers can tell apart
/// (after Okabe and Ito 2008), light and dark by what the reader's system asks for, A4 on paper.
enum PageStyle {
  /// A colour by its name in the style sheet, on light and on dark paper.
  struct Color: Sendable {
    var name: String
    var light: String
    var dark: String
    init(_ name: String, _ light: String, _ dark: String) { (self.name, self.light, self.dark) = (name, light, dark) }
  }

  /// What text is written in, on `paper` and on `wash`.
  static let inks: [Color] = [
    Color("ink", "#16191d", "#e8ebee"), Color("soft", "#5b6470", "#a3adb8"), Color("warn", "#9a4a00", "#f0a862"),
  ] + series
  /// Lines, dots and their names: classes `s1` to `s6`.
  static let series: [Color] = [
    Color("c1", "#1a66b0", "#6fb4f2"), Color("c2", "#b34f08", "#f09a4c"), Color("c3", "#08795f", "#4fcaa4"),
    Color("c4", "#9c3d84", "#e08ccb"), Color("c5", "#7d6209", "#dcbc48"), Color("c6", "#4d5661", "#a9b2bc"),
  ]
  static let papers: [Color] = [Color("paper", "#ffffff", "#14171a"), Color("wash", "#f5f6f8", "#1d2126")]
  /// Only lines and surfaces.
  private static let lines: [Color] = [
    Color("faint", "#8b94a0", "#7b8590"), Color("rule", "#e3e6ea", "#2c3238"), Color("shade", "#0000002e", "#ffffff38"),
    Color("map", "#1a66b0", "#6fb4f2"),
  ]
  private static let palette = inks + papers + lines
  /// How much of `map` lies under the text of the darkest cell of a table.
  static let darkestCell = 0.4

  private static func variables(_ color: (Color) -> String) -> String {
    palette.map { "--\($0.name):\(color($0))" }.joined(separator: ";")
  }

  static let sheet =
    ":root{\(variables(\.light))}"
    + "@media screen and (prefers-color-scheme:dark){:root{\(variables(\.dark))}}" + pictureRules + rules

  /// Of a drawing that stands alone: on light paper, without variables.
  static let picture = palette.reduce(pictureRules) { $0.replacing("var(--\($1.name))", with: $1.light) }

  /// What drawings need.
  private static let pictureRules = """
    .chart{font:12px Helvetica,Arial,"Liberation Sans",sans-serif}
    .chart path{fill:none}.chart text{fill:var(--soft)}
    .chart .end{text-anchor:end}.chart .middle{text-anchor:middle}
    .grid{stroke:var(--rule)}.frame{stroke:var(--faint)}
    .line{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .chart .line.thin{stroke-width:1.2;opacity:.5}
    .chart .line.front{stroke:var(--ink);stroke-dasharray:2 4}
    .line.level,.line.upright{stroke-width:1.3;stroke-dasharray:5 4}.line.dashed{stroke-dasharray:7 4}
    .spikes{stroke-width:1.8}.dot{stroke-width:9;stroke-linecap:round}.dot.faint{stroke-width:7;opacity:.3}.whisker{stroke-width:1.2;opacity:.7}
    .chart .mark{font-weight:600;paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
    .chart rect{stroke:none}.chart .tile{stroke:var(--rule)}.chart .chipline{stroke:var(--faint);stroke-width:1.5}
    .chart .heat,.chart .cell{fill:var(--map)}.chart .link{fill:var(--c2);stroke:none}
    .chart .inside{text-anchor:middle;fill:var(--ink);font-weight:600}
    """
    + series.enumerated().map { index, color in
      let (name, ink) = ("s\(index + 1)", "var(--\(color.name))")
      return ".\(name){stroke:\(ink)}.chart text.\(name),.chart rect.\(name){fill:\(ink)}"
        + ".chart path.band.\(name),.chart path.area.\(name){fill:\(ink);fill-opacity:.18;stroke:none}"
    }.joined()
    + ".chart path.area.bar{fill-opacity:.75}"
    // Text has a halo of the paper, not a line of its colour.
    + ".chart text.mark{stroke:var(--paper)}"

  private static let rules = """
    *{box-sizing:border-box}
    html{color-scheme:light dark;-webkit-text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 -apple-system,"Segoe UI",Roboto,Inter,
    "Helvetica Neue",Arial,"Liberation Sans",system-ui,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
    main{max-width:66rem;margin:0 auto;padding:2.5rem 1.5rem 4rem}
    h1{font-size:2rem;line-height:1.15;font-weight:650;letter-spacing:-.015em;margin:.1rem 0 .35rem}
    h2{font-size:1.3rem;line-height:1.25;font-weight:620;letter-spacing:-.008em;margin:0 0 .35rem}
    h3{font-size:.95rem;font-weight:600;margin:0 0 .3rem}
    p{margin:0 0 .8rem;max-width:44rem}
    .over,.sub,.note,figcaption,.small{color:var(--soft)}
    .over{font-size:.8rem;margin:0}
    .sub{margin:0}.sub b{color:var(--ink);font-weight:600}
    .note,figcaption,.small{font-size:.84rem;line-height:1.45}
    section{margin-top:2.4rem;padding-top:1.4rem;border-top:1px solid var(--rule)}
    nav{margin-top:1.1rem;font-size:.84rem;display:flex;flex-wrap:wrap;gap:.2rem 1.1rem}
    nav a,.small a,td a{color:var(--c1);text-decoration:none}nav a:hover,nav a:focus-visible{text-decoration:underline}
    figure{margin:1rem 0 0}figcaption{margin-top:.5rem;max-width:44rem}
    .facts{display:grid;grid-template-columns:repeat(3,1fr);gap:1.4rem 2rem;margin:1.8rem 0 0}
    .fact{border-top:2px solid var(--ink);padding-top:.5rem;min-width:0}
    .fact dt{font-size:.84rem;color:var(--soft)}
    .fact dd{margin:0}.fact .big{font-size:1.85rem;line-height:1.2;font-weight:600;letter-spacing:-.02em}
    .fact .small{margin-top:.2rem}
    .unknown{color:var(--soft);font-style:italic}
    .pair{display:grid;grid-template-columns:1fr 1fr;gap:1.4rem 2.2rem;align-items:start}
    .thirds{display:grid;grid-template-columns:repeat(3,1fr);gap:1.6rem 2.2rem;align-items:start}
    .fours{display:grid;grid-template-columns:repeat(4,1fr);gap:1.6rem 1.6rem;align-items:end}
    .pair>*,.thirds>*,.fours>*{min-width:0}td.wide{width:45%}td.wide .bar{height:.5rem;margin-top:0}
    td.wide .bar b{height:100%}.pair>figure,.thirds>figure,.fours>figure{margin-top:1rem}
    .wide{grid-column:1/-1}
    .chart{display:block;width:100%;height:auto;overflow:visible}
    .s1{--s:var(--c1)}.s2{--s:var(--c2)}.s3{--s:var(--c3)}.s4{--s:var(--c4)}.s5{--s:var(--c5)}.s6{--s:var(--c6)}
    .cursor{stroke:var(--c2);stroke-width:1.5}.hair{stroke:var(--faint)}
    .tip{display:none;position:fixed;z-index:9;pointer-events:none;max-width:22rem;background:var(--ink);color:var(--paper);
    white-space:pre-line;font-size:.78rem;line-height:1.35;padding:.3rem .55rem;border-radius:4px}
    .script{display:none}.scripted .script{display:block}.answer{font-size:1.02rem;margin:.9rem 0 0}
    .stepper{position:sticky;top:0;z-index:5;background:var(--paper);margin:1.2rem 0 0;padding:.5rem 0;font-size:.84rem;
    max-width:none;border-bottom:1px solid var(--rule)}.stepper input{vertical-align:middle;width:12rem}
    .tools{display:flex;justify-content:flex-end;align-items:center;gap:.9rem;min-height:1.3rem;font-size:.75rem}
    .tools button{font:inherit;color:var(--soft);background:none;border:0;padding:.1rem 0;cursor:pointer}
    .tools button:hover,.tools button:focus-visible{color:var(--c1);text-decoration:underline}
    .tools input{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--faint);border-radius:3px;
    padding:.1rem .35rem;margin-right:auto}.sorts{cursor:pointer}th[aria-sort=ascending]::after{content:" \\25B2"}
    th[aria-sort=descending]::after{content:" \\25BC"}.scripted .legend li[tabindex]{cursor:pointer}
    [data-series].off{opacity:.06}.legend .off{opacity:.4;text-decoration:line-through}
    data{white-space:nowrap}.legend+.note{margin-top:.8rem}h2+.pair{margin-top:.9rem}
    .legend{display:flex;flex-wrap:wrap;gap:.25rem 1.2rem;list-style:none;margin:.7rem 0 0;padding:0;font-size:.84rem}
    .legend li{display:flex;align-items:baseline;gap:.45rem}
    .key{flex:none;display:inline-block;width:.72rem;height:.72rem;border-radius:2px;background:var(--s)}
    .scroll{overflow-x:auto;margin-top:1rem;background:linear-gradient(90deg,var(--paper) 60%,transparent) 0 0/1.6rem
    100% no-repeat local,linear-gradient(270deg,var(--paper) 60%,transparent) 100% 0/1.6rem 100% no-repeat local,
    linear-gradient(90deg,transparent 1px,var(--shade) 1px,transparent) 0 0/.8rem 100% no-repeat scroll,
    linear-gradient(270deg,transparent 1px,var(--shade) 1px,transparent) 100% 0/.8rem 100% no-repeat scroll}
    .scroll+.note,.sources+.note,.warn+.note{margin-top:.7rem}
    table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4}
    th,td{text-align:left;padding:.42rem .8rem .42rem 0;border-bottom:1px solid var(--rule);vertical-align:baseline;
    overflow-wrap:normal}
    th{font-weight:600;color:var(--soft);font-size:.8rem;vertical-align:bottom;border-bottom-color:var(--faint)}
    td:last-child,th:last-child{padding-right:0}
    .n{text-align:right;white-space:nowrap}th.n{white-space:normal}table.tight th.n{white-space:nowrap}
    td.name{overflow-wrap:anywhere;min-width:6rem}td:first-child:not(.name){white-space:nowrap}
    .big .unknown{font-weight:400;font-size:1.4rem}
    tfoot td{border-bottom:0;border-top:1px solid var(--faint);font-weight:600}
    td .sub{display:block;font-size:.78rem;color:var(--soft);font-weight:400}
    .bar{display:block;height:3px;margin-top:4px;background:var(--rule);border-radius:2px;min-width:3.5rem}
    .bar b{display:block;height:3px;background:var(--c1);border-radius:2px}
    .stack{display:flex;height:1.7rem;gap:2px;margin:.7rem 0 0;border-radius:3px;overflow:hidden;background:var(--wash)}
    .stack span{background:var(--s);min-width:1px}
    .bars.stacks{margin-top:1rem}.bars.stacks dd.stack{height:1.1rem;display:flex}
    .bars{margin:.2rem 0 0;display:grid;gap:.65rem}.bars dt{font-size:.84rem;display:flex;justify-content:space-between;
    gap:1rem}.bars dd{margin:.2rem 0 0;height:.55rem;background:var(--wash);border-radius:2px}
    .bars dd b{display:block;height:100%;background:var(--s);border-radius:2px;min-width:1px}
    td.heat{background:color-mix(in srgb,var(--map) calc(100%*var(--h,0)),transparent)}table.tight{font-size:.8rem}table.tight td,table.tight th{padding:.3rem .45rem}
    table.tight td:first-child,table.tight th:first-child{padding-left:0}.apart{margin-top:1.6rem}
    .model{font-size:1.45rem;font-weight:600;letter-spacing:-.015em;line-height:1.25;margin:0 0 .3rem}
    .warn{color:var(--warn);font-size:.84rem;border-left:3px solid var(--warn);padding-left:.7rem;margin:.9rem 0 0}
    .ramp{display:flex;align-items:center;gap:.5rem;font-size:.78rem;color:var(--soft);margin-top:.5rem}
    dl.what{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.6rem;margin:.9rem 0 0;font-size:.875rem}
    dl.what dt{color:var(--soft)}dl.what dd{margin:0;min-width:0}
    code{font:.86em ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
    ol.sources{margin:.8rem 0 0;padding-left:1.4rem;font-size:.8rem;line-height:1.45;color:var(--soft)}
    details{margin-top:1rem}summary{cursor:pointer;font-size:.875rem;color:var(--c1)}
    details.run{border-top:1px solid var(--rule);margin-top:1.2rem;padding-top:.8rem}.run article{margin-top:1rem}
    footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);font-size:.8rem;color:var(--soft)}
    @media screen and (max-width:44rem){main{padding:1.5rem 1rem 3rem}h1{font-size:1.6rem}
    .facts{grid-template-columns:1fr 1fr;gap:1.1rem 1.2rem}.fact .big{font-size:1.4rem}
    .pair,.thirds{grid-template-columns:1fr}.fours{grid-template-columns:1fr 1fr}.chart{font-size:15px}
    section{margin-top:2rem}dl.what{grid-template-columns:1fr;gap:0}dl.what dd{margin-bottom:.5rem}}
    @page{size:A4;margin:15mm;@bottom-right{content:counter(page) " / " counter(pages);font-size:8pt}}
    @media print{body{font-size:10.5pt}main{max-width:none;padding:0}nav,.tools,.stepper,.colouring,.tip{display:none!important}
    details::details-content{content-visibility:visible;display:block}summary{list-style:none}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}figure,.fact,tr,.bars,p,.thirds>*,.fours>*{break-inside:avoid}
    h2,h3,h2+.note,h3+.note,summary,.model{break-after:avoid}thead{display:table-header-group}.chart{font-size:14px}.scroll{overflow:visible;
    background:none}
    table{font-size:8.5pt}table.tight{font-size:7pt}th,td{padding-top:.14rem;padding-bottom:.14rem}
    table.tight td,table.tight th{padding:.14rem .2rem}tfoot{display:table-row-group}.scroll{margin-top:.5rem}
    section{margin-top:1.1rem;padding-top:.7rem}.facts{gap:.7rem 2rem;margin-top:1rem}
    .run article{zoom:.6}.run table{font-size:10.5pt}.run table.tight{font-size:9.5pt}.run .chart{font-size:16px}
    .run .pair{grid-template-columns:repeat(3,1fr)}.run .fours,.run .facts{grid-template-columns:repeat(6,1fr);gap:1rem}
    .run .fact .big{font-size:1.3rem}}
    """
}
