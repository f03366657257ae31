import ChipModel

/// What the pages' script adds: values under the pointer, tables that can be sorted and filtered, lines that can be hidden,
/// a slider over the steps, drawings and tables to save. A page reads well without it.
enum PageScript {
  /// The source of the content security policy.
  static let hash = "sha256-\(base64(SHA256.hash(of: Array(text.utf8))))"

  private static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let three = (0..<3).map { start + $0 < bytes.count ? Int(bytes[start + $0]) : 0 }
      let value = three[0] << 16 | three[1] << 8 | three[2]
      for digit in 0..<4 {
        result.append(start + digit <= bytes.count ? digits[value >> (18 - 6 * digit) & 63] : "=")
      }
    }
    return result
  }

  static let text = #"""
    (() => {
      'use strict';
      const all = (selector, root = document) => [...root.querySelectorAll(selector)];
      const make = (name, text, parent) => {
        const element = document.createElement(name);
        element.textContent = text;
        if (parent) parent.append(element);
        return element;
      };
      const data = id => {
        try { return JSON.parse(document.getElementById(id).textContent); } catch { return null; }
      };
      document.documentElement.classList.add('scripted');

      // Values under the pointer: what an element says, or a chart's values at this place.
      const tip = make('div', '', document.body);
      tip.className = 'tip';
      const prefixes = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k'], [1, ''], [1e-3, 'm'], [1e-6, 'µ'], [1e-9, 'n'], [1e-12, 'p']];
      const shown = (value, unit) => {
        if (unit === '%') return (100 * value).toFixed(2) + '\u00a0%';
        const [size, prefix] = prefixes.find(([least]) => Math.abs(value) >= least && (unit || least >= 1e6)) || [1, ''];
        const places = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(Math.abs(value / size) || 1))));
        const digits = Number.isInteger(value / size) ? value / size : (value / size).toFixed(places);
        return digits + (prefix + unit ? '\u00a0' + prefix + unit : '');
      };
      const drawn = (name, parent) => {
        const element = document.createElementNS('http://www.w3.org/2000/svg', 'path');
        element.setAttribute('class', name);
        parent.append(element);
        return element;
      };
      const plots = new Map();
      for (const svg of all('svg[data-plot]:not([data-bent-x])')) {
        const list = svg.querySelector('metadata');
        if (!list) continue;
        const series = new Map();
        for (const line of list.textContent.split('\n').slice(1)) {
          const cells = /^(?:"((?:[^"]|"")*)"|([^,]*)),([^,]*),([^,]*)/.exec(line);
          if (!cells || !cells[3]) continue;
          const name = cells[1] ? cells[1].replace(/""/g, '"') : cells[2];
          if (!series.has(name)) series.set(name, []);
          series.get(name).push([Number(cells[3]), Number(cells[4])]);
        }
        const [left, width, top, height, low, high] = svg.dataset.plot.split(' ').map(Number);
        plots.set(svg, { left, width, top, height, low, high, series, hair: drawn('hair', svg), unit: svg.dataset.unit });
      }
      const values = (svg, event) => {
        const plot = plots.get(svg);
        if (!plot) return '';
        const box = svg.getBoundingClientRect();
        const at = ((event.clientX - box.left) * svg.viewBox.baseVal.width / box.width - plot.left) / plot.width;
        if (at < -0.02 || at > 1.02) return '';
        const x = plot.low + at * (plot.high - plot.low);
        let nearest = null;
        for (const points of plot.series.values()) {
          for (const point of points) {
            if (nearest === null || Math.abs(point[0] - x) < Math.abs(nearest - x)) nearest = point[0];
          }
        }
        if (nearest === null) return '';
        const place = plot.left + plot.width * (nearest - plot.low) / (plot.high - plot.low);
        plot.hair.setAttribute('d', 'M' + place + ' ' + plot.top + 'v' + plot.height);
        const lines = [svg.dataset.over + ' ' + shown(nearest, '')];
        for (const [name, points] of plot.series) {
          const point = points.find(one => one[0] === nearest);
          if (point) lines.push((plot.series.size > 1 ? name + ': ' : '') + shown(point[1], plot.unit));
        }
        return lines.join('\n');
      };
      addEventListener('pointermove', event => {
        for (const plot of plots.values()) plot.hair.removeAttribute('d');
        let target = event.target;
        while (target && target.nodeType === 1 && !target.dataset.tip) {
          const title = [...target.children].find(child => child.localName === 'title');
          const text = title ? title.textContent : target.getAttribute('title');
          if (text) {
            target.dataset.tip = text;
            target.removeAttribute('title');
            if (title) title.remove();
            break;
          }
          target = target.parentElement;
        }
        const svg = event.target.closest ? event.target.closest('svg') : null;
        const text = (target && target.dataset && target.dataset.tip) || (svg ? values(svg, event) : '');
        tip.style.display = text ? 'block' : '';
        if (!text) return;
        tip.textContent = text;
        tip.style.left = Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8)) + 'px';
        tip.style.top = Math.max(4, event.clientY > innerHeight / 2
          ? event.clientY - tip.offsetHeight - 12 : event.clientY + 16) + 'px';
      });

      // Saving.
      const save = (text, type, name) => {
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([text], { type }));
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 1000);
      };
      const copy = (text, button) => {
        const said = button.textContent;
        const done = () => { button.textContent = 'copied'; setTimeout(() => { button.textContent = said; }, 1200); };
        const fall = () => {
          const area = make('textarea', text, document.body);
          area.select();
          document.execCommand('copy');
          area.remove();
          done();
        };
        if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, fall); else fall();
      };
      const tools = (after, ...buttons) => {
        const row = document.createElement('div');
        row.className = 'tools';
        for (const [name, act] of buttons) {
          const button = make('button', name, row);
          button.type = 'button';
          button.addEventListener('click', () => act(button));
        }
        after.after(row);
      };
      for (const svg of all('svg.chart')) {
        const name = svg.getAttribute('aria-label').toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 60);
        const csv = svg.querySelector('metadata');
        tools(svg, ['save SVG', () => {
          const alone = svg.cloneNode(true);
          all('.hair, .cursor', alone).forEach(part => part.remove());
          alone.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
          alone.setAttribute('width', svg.viewBox.baseVal.width);
          alone.setAttribute('height', svg.viewBox.baseVal.height);
          const style = document.createElementNS('http://www.w3.org/2000/svg', 'style');
          style.textContent = document.getElementById('picture-style').textContent;
          alone.prepend(style);
          save(new XMLSerializer().serializeToString(alone), 'image/svg+xml', name + '.svg');
        }], ...(csv ? [['copy CSV', button => copy(csv.textContent, button)]] : []));
      }

      // Tables.
      const exact = cell => {
        const value = cell.querySelector('data[value]');
        return (value ? value.value : cell.firstChild ? cell.firstChild.textContent : '').trim();
      };
      const quoted = text => /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
      const scales = { p: 1e-12, n: 1e-9, 'µ': 1e-6, m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, '%': 0.01 };
      const number = text => {
        const match = /^[−+-]?[\d,.]+(?:e[+-]?\d+)?/.exec(text);
        if (!match) return NaN;
        const rest = text.slice(match[0].length).trim();
        return Number(match[0].replace('−', '-').replace(/,/g, '')) * (scales[rest[0]] && rest.length < 4 ? scales[rest[0]] : 1);
      };
      for (const table of all('table')) {
        const body = table.tBodies[0];
        const heads = table.tHead ? [...table.tHead.rows[0].cells] : [];
        heads.forEach((head, column) => {
          if (!head.textContent || body.rows.length < 2) return;
          head.tabIndex = 0;
          head.classList.add('sorts');
          const sort = () => {
            const sign = head.ariaSort === 'ascending' ? -1 : 1;
            heads.forEach(other => { other.ariaSort = null; });
            head.ariaSort = sign > 0 ? 'ascending' : 'descending';
            const rows = [...body.rows].map((row, index) => {
              const text = row.cells[column] ? exact(row.cells[column]) : '';
              return { row, index, text, value: number(text) };
            });
            rows.sort((a, b) => {
              const lacks = isNaN(a.value) - isNaN(b.value);
              if (lacks) return lacks;
              const order = isNaN(a.value) ? a.text.localeCompare(b.text) : a.value - b.value;
              return sign * order || a.index - b.index;
            });
            body.append(...rows.map(item => item.row));
          };
          head.addEventListener('click', sort);
          head.addEventListener('keydown', event => { if (event.key === 'Enter') sort(); });
        });
        const scroll = table.closest('.scroll') || table;
        tools(scroll, ['copy CSV', button => copy([...table.rows].map(row =>
          [...row.cells].map(cell => quoted(exact(cell))).join(',')).join('\n') + '\n', button)]);
        if (body.rows.length > 9) {
          const filter = document.createElement('input');
          filter.type = 'search';
          filter.placeholder = 'filter rows';
          filter.ariaLabel = 'filter rows';
          filter.addEventListener('input', () => {
            for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(filter.value.toLowerCase());
          });
          scroll.nextSibling.prepend(filter);
        }
      }

      // A line of a legend hides and shows what it stands for.
      for (const item of all('.legend li')) {
        const place = item.closest('section') || document;
        const found = () => all('[data-series]', place).filter(part => part.dataset.series === item.dataset.of);
        if (!found().length) continue;
        item.tabIndex = 0;
        const toggle = () => {
          const off = item.classList.toggle('off');
          for (const part of found()) part.classList.toggle('off', off);
        };
        item.addEventListener('click', toggle);
        item.addEventListener('keydown', event => { if (event.key === 'Enter') toggle(); });
      }

      // Dots of a sweep by the value of any parameter.
      for (const select of all('.colouring select')) {
        const paint = () => {
          const section = select.closest('section');
          const values = select.selectedOptions[0].dataset.values.split('|');
          const kinds = [...new Set(values)].sort((a, b) => number(a) - number(b) || a.localeCompare(b));
          const color = index => 's' + (Math.min(5, kinds.indexOf(values[index])) + 1);
          for (const dot of all('[data-number]', section)) {
            const index = Number(dot.dataset.number) - 1;
            dot.setAttribute('class', dot.getAttribute('class').replace(/\bs\d\b/, color(index)));
          }
          const old = section.querySelector('.legend');
          const list = document.createElement('ul');
          list.className = 'legend';
          kinds.slice(0, 6).forEach((kind, index) => {
            const line = make('li', (index === 5 && kinds.length > 6 ? 'others' : kind || 'none'), list);
            const key = document.createElement('span');
            key.className = 'key s' + (index + 1);
            line.prepend(key);
          });
          if (old) old.replaceWith(list); else select.parentElement.after(list);
        };
        select.addEventListener('change', paint);
      }

      // One step for the whole page.
      const stepper = document.querySelector('.stepper');
      const run = stepper && data('run-1-json');
      if (run) {
        const input = stepper.querySelector('input');
        const joules = value => shown(value, 'J');
        const sum = (list, count) => list.slice(0, count).reduce((total, value) => total + value, 0);
        const percent = value => (100 * value).toFixed(2) + '\u00a0%';
        const spike = run.energy && run.energy.spike;
        const chip = run.energy && run.energy.chip;
        const layers = {};
        for (const layer of (run.details ? run.details.populations : [])) layers[layer.name] = layer;
        const charts = [...plots].filter(([svg]) => ['step', 'tick'].includes(svg.dataset.over))
          .map(([svg, plot]) => ({ ...plot, line: drawn('cursor', svg), ticks: svg.dataset.over === 'tick' }));
        const cells = all('.chipmap[data-column="cores.synapticOperations"] [data-core]');
        const shades = cells.map(cell => cell.getAttribute('fill-opacity'));
        const show = () => {
          const step = Number(input.value);
          const parts = ['step ' + step];
          if (run.accuracyByStep) parts.push('accuracy ' + percent(run.accuracyByStep[step - 1]));
          if (spike && spike.spikesByStep) {
            const spikes = sum(spike.spikesByStep, step);
            if (spike.joulesPerSpike) parts.push('spike model ' + joules(spikes * spike.joulesPerSpike / run.samples));
            parts.push(percent(spikes / Math.max(1, sum(spike.spikesByStep))) + ' of the spikes');
          }
          if (chip && chip.joulesByTick && chip.joulesByTick.length >= run.ticks) {
            const count = chip.joulesByTick.length - run.ticks + step;
            const still = (chip.staticJoules || 0) * count / chip.joulesByTick.length;
            parts.push('chip model ' + joules((sum(chip.joulesByTick, count) + still) / run.samples));
          }
          stepper.querySelector('output').textContent = parts.join(' · ');
          for (const chart of charts) {
            const lead = chart.ticks && chip && chip.joulesByTick ? chip.joulesByTick.length - run.ticks : 0;
            const place = chart.left + chart.width * (step + lead - chart.low) / (chart.high - chart.low);
            chart.line.setAttribute('d', step < run.ticks ? 'M' + place + ' ' + chart.top + 'v' + chart.height : '');
          }
          // The share of what a core's layers send up to the step, of what they send in all.
          cells.forEach((cell, index) => {
            const held = ((run.cores[cell.dataset.core] || {}).layers || []).filter(layer => layers[layer.name]);
            if (!held.length || !run.details) return;
            const until = run.details.steps.filter(end => end <= step).length;
            let [before, whole] = [0, 0];
            for (const layer of held) {
              const share = layer.neurons / Math.max(1, layers[layer.name].neurons);
              before += share * sum(layers[layer.name].spikes, until);
              whole += share * sum(layers[layer.name].spikes);
            }
            cell.setAttribute('fill-opacity', Math.max(0.05, shades[index] * (whole > 0 ? before / whole : 1)));
          });
        };
        input.addEventListener('input', show);
        show();
      }

      // What is folded is printed too.
      addEventListener('beforeprint', () => { for (const part of all('details')) part.open = true; });
    })();
    """#
}
