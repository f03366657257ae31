/// The page's style sheet: one type scale, numbers of equal width, a palette that colour-blind readers can tell apart
/// (after Okabe and Ito 2008), light and dark by what the reader's system asks for, A4 on paper.
enum PageStyle {
  /// Colours of many layers, first to last: classes `s11` on.
  static let firstOfRamp = 11
  static let rampLength = 12

  private static let ramp = (0..<rampLength).map { index in
    let share = HTML.coordinate(100 - 100 * Double(index) / Double(rampLength - 1))
    let name = firstOfRamp + index
    return ".s\(name){--s:color-mix(in oklch,var(--c1) \(share)%,var(--c2));stroke:var(--s)}"
  }.joined()

  static let sheet = rules + ramp

  private static let rules = """
    :root{--paper:#fff;--ink:#16191d;--soft:#5b6470;--faint:#8b94a0;--rule:#e3e6ea;--wash:#f5f6f8;
    --c1:#1a66b0;--c2:#c4570a;--c3:#08795f;--c4:#9c3d84;--c5:#86690a;--c6:#4d5661;--map:26,102,176;--warn:#9a4a00;
    --shade:#0000002e}
    @media screen and (prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e8ebee;--soft:#a3adb8;--faint:#7b8590;
    --rule:#2c3238;--wash:#1d2126;--c1:#6fb4f2;--c2:#f09a4c;--c3:#4fcaa4;--c4:#e08ccb;--c5:#dcbc48;--c6:#a9b2bc;
    --map:111,180,242;--warn:#f0a862;--shade:#ffffff38}}
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
    nav a,.small a{color:var(--c1);text-decoration:none}nav a:hover,nav a:focus-visible{text-decoration:underline}
    figure{margin:1rem 0 0}figcaption{margin-top:.5rem;max-width:44rem}
    .facts{display:grid;grid-template-columns:repeat(3,1fr);gap:1.4rem 2rem;margin:1.8rem 0 0}
    .fact{border-top:2px solid var(--ink);padding-top:.5rem;min-width:0}
    .fact dt{font-size:.84rem;color:var(--soft)}
    .fact dd{margin:0}.fact .big{font-size:1.85rem;line-height:1.2;font-weight:600;letter-spacing:-.02em}
    .fact .small{margin-top:.2rem}
    .unknown{color:var(--faint);font-style:italic}
    .pair{display:grid;grid-template-columns:1fr 1fr;gap:1.4rem 2.2rem;align-items:start}
    .thirds{display:grid;grid-template-columns:repeat(3,1fr);gap:1.6rem 2.2rem;align-items:start}
    .fours{display:grid;grid-template-columns:repeat(4,1fr);gap:1.6rem 1.6rem;align-items:end}
    .pair>*,.thirds>*,.fours>*{min-width:0}td.wide{width:45%}td.wide .bar{height:.5rem;margin-top:0}
    td.wide .bar b{height:100%}.pair>figure,.thirds>figure,.fours>figure{margin-top:1rem}
    .wide{grid-column:1/-1}
    .chart{display:grid;grid-template-columns:3rem 1fr;grid-template-rows:auto 16rem auto auto;font-size:.78rem;
    color:var(--soft)}
    .chart.two{grid-template-columns:3rem 1fr 3rem}
    .chart.tall{grid-template-rows:auto 20rem auto auto}
    .titles{grid-column:1/-1;display:flex;justify-content:space-between;gap:1rem;padding-bottom:.45rem}
    .yticks{position:relative;grid-column:1}.yticks.right{grid-column:3}
    .yticks i{position:absolute;right:.5rem;transform:translateY(50%);font-style:normal;line-height:1;white-space:nowrap}
    .yticks.right i{right:auto;left:.5rem}
    .plot{position:relative;grid-column:2;border-bottom:1px solid var(--faint)}
    .plot svg{position:absolute;inset:0;width:100%;height:100%;overflow:visible;display:block}
    .xticks{position:relative;grid-column:2;height:1.5rem}
    .xticks i{position:absolute;top:.4rem;transform:translateX(-50%);font-style:normal;line-height:1;white-space:nowrap}
    .xticks i.first{transform:none}.xticks i.last{transform:translateX(-100%)}
    .xtitle{grid-column:2;text-align:right}
    svg path{fill:none;vector-effect:non-scaling-stroke}
    .grid{stroke:var(--rule);stroke-width:1}
    .line{stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
    .line.thin{stroke-width:1.2;opacity:.5}.line.front{stroke-width:2;stroke:var(--ink);stroke-dasharray:2 4}
    .line.level,.line.upright{stroke-width:1.3;stroke-dasharray:5 4}.line.dashed{stroke-dasharray:7 4}
    .dot{stroke-width:9;stroke-linecap:round}.dot.faint{stroke-width:7;opacity:.3}
    .s1{stroke:var(--c1);--s:var(--c1)}.s2{stroke:var(--c2);--s:var(--c2)}.s3{stroke:var(--c3);--s:var(--c3)}
    .s4{stroke:var(--c4);--s:var(--c4)}.s5{stroke:var(--c5);--s:var(--c5)}.s6{stroke:var(--c6);--s:var(--c6)}
    svg path.band{fill:var(--s);fill-opacity:.15;stroke:none}svg path.area{fill:var(--s);fill-opacity:.22;stroke:none}
    .mark{position:absolute;color:var(--s);font-weight:600;line-height:1.2;white-space:nowrap;padding:.15rem 0;
    max-width:70%;overflow:hidden;text-overflow:ellipsis;text-shadow:0 0 3px var(--paper),0 0 3px var(--paper)}
    .mark.above{transform:translateY(-100%)}.mark.low{top:auto!important;bottom:0}.mark.aside{padding:.15rem .45rem}
    .strips rect{fill:transparent}.strips path{stroke:transparent}.strips g:hover path{stroke:var(--faint);stroke-width:1}
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
    .heat{background:rgba(var(--map),var(--h,0))}table.tight{font-size:.8rem}table.tight td,table.tight th{padding:.3rem .45rem}
    table.tight td:first-child,table.tight th:first-child{padding-left:0}.apart{margin-top:1.6rem}
    .chart.short{grid-template-rows:auto 10rem auto auto}
    .model{font-size:1.45rem;font-weight:600;letter-spacing:-.015em;line-height:1.25;margin:0 0 .3rem}
    .warn{color:var(--warn);font-size:.84rem;border-left:3px solid var(--warn);padding-left:.7rem;margin:.9rem 0 0}
    .map svg{display:block;width:100%;max-height:20rem;margin-top:.5rem}
    .map .cell,.map .bucket{stroke:none;fill:rgb(var(--map))}.map .tile{stroke:var(--rule);stroke-width:1}
    .map .chipline{stroke:var(--faint);stroke-width:1.5}.map .link{stroke:var(--c2)}
    .ramp{display:flex;align-items:center;gap:.5rem;font-size:.78rem;color:var(--soft);margin-top:.5rem}
    .ramp b{flex:1;height:.5rem;border-radius:2px;background:linear-gradient(90deg,rgba(var(--map),.07),rgb(var(--map)))}
    dl.what{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.6rem;margin:.9rem 0 0;font-size:.875rem}
    dl.what dt{color:var(--soft)}dl.what dd{margin:0;min-width:0}
    code{font:.86em ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
    ol.sources{margin:.8rem 0 0;padding-left:1.4rem;font-size:.8rem;line-height:1.45;color:var(--soft)}
    details{margin-top:1rem}summary{cursor:pointer;font-size:.875rem;color:var(--c1)}
    .run{border-top:2px solid var(--ink);margin-top:3.5rem;padding-top:1.2rem}.run section:first-of-type{border-top:0;
    margin-top:2.2rem;padding-top:0}
    footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--rule);font-size:.8rem;color:var(--soft)}
    @media screen and (max-width:44rem){main{padding:1.5rem 1rem 3rem}h1{font-size:1.6rem}
    .facts{grid-template-columns:1fr 1fr;gap:1.1rem 1.2rem}.fact .big{font-size:1.4rem}
    .pair,.thirds{grid-template-columns:1fr}.fours{grid-template-columns:1fr 1fr}.chart,.chart.two{grid-template-columns:2.6rem 1fr}
    .chart.two{grid-template-columns:2.6rem 1fr 2.6rem}.chart,.chart.tall{grid-template-rows:auto 13rem auto auto}
    .map svg{max-height:15rem}section{margin-top:2rem}dl.what{grid-template-columns:1fr;gap:0}dl.what dd{margin-bottom:.5rem}}
    @page{size:A4;margin:15mm}
    @media print{body{font-size:10.5pt}main{max-width:none;padding:0}nav{display:none}
    *{-webkit-print-color-adjust:exact;print-color-adjust:exact}figure,.fact,tr,.bars,.map{break-inside:avoid}
    h2,h3{break-after:avoid}.chart,.chart.tall{grid-template-rows:auto 11rem auto auto}.scroll{overflow:visible;
    background:none}
    table{font-size:8.5pt}tfoot{display:table-row-group}.run{break-before:page}}
    """
}
