// Products of packed weights with vectors of 16 floats, once for one instruction set. Before inclusion: what Level.h
// needs, ROWS and VECTORS (rows and vectors of 16 that a register tile holds).
typedef float LEVEL(f16) __attribute__((vector_size(64), aligned(4)));

INLINE void LEVEL(products_tile)(
  const ck_products *p, const float *w, const float *x, float *y, long left, const int rows, const int vectors) {
  LEVEL(f16) s[24] = {};
  for (long k = 0; k < p->taps; k++, w += p->block) {
    LEVEL(f16) b[8];
    UNROLL for (int v = 0; v < vectors; v++) b[v] = *(const LEVEL(f16) *)(x + p->offsets[k] + v * p->step);
    UNROLL for (int r = 0; r < rows; r++)
      UNROLL for (int v = 0; v < vectors; v++) s[r * vectors + v] += w[r] * b[v];
  }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++)
      if (r < left) *(LEVEL(f16) *)(y + r * p->row_stride + v * 16) += s[r * vectors + v];
}

static void LEVEL(products)(
  const ck_products *p, const float *w, const float *x, float *y, long rows, long vectors) {
  long v = 0;
  if (p->block == 1) {
    for (; v + 4 <= vectors; v += 4) LEVEL(products_tile)(p, w, x + v * p->step, y + v * 16, 1, 1, 4);
    for (; v < vectors; v++) LEVEL(products_tile)(p, w, x + v * p->step, y + v * 16, 1, 1, 1);
    return;
  }
  for (long r = 0; r < rows; r += ROWS, w += ROWS, y += ROWS * p->row_stride) {
    const float *at = x;
    for (v = 0; v + VECTORS <= vectors; v += VECTORS, at += VECTORS * p->step)
      LEVEL(products_tile)(p, w, at, y + v * 16, rows - r, ROWS, VECTORS);
    for (; VECTORS > 2 && v + 2 <= vectors; v += 2, at += 2 * p->step)
      LEVEL(products_tile)(p, w, at, y + v * 16, rows - r, ROWS, 2);
    for (; v < vectors; v++, at += p->step) LEVEL(products_tile)(p, w, at, y + v * 16, rows - r, ROWS, 1);
  }
}
#undef ROWS
#undef VECTORS

typedef float LEVEL(f32) __attribute__((vector_size(BYTES), aligned(4)));

// One firing of `count` vectors of 16 neurons with one threshold, or, without `up`, a trial that changes nothing.
// Returns the signed number of spikes of the lanes in `lanes`.
static long LEVEL(fire)(
  float *v, float *sent, long count, float threshold, float negative, float more, uint16_t lanes, uint16_t *up,
  uint16_t *down) {
  long spikes = 0;
  for (long n = 0; n < count; n++) {
    uint32_t ups = 0, downs = 0;
    UNROLL for (long k = 0; k < 16; k += L) {
      LEVEL(f32) *at = (LEVEL(f32) *)(v + n * 16 + k), *s = sent ? (LEVEL(f32) *)(sent + n * 16 + k) : 0;
      LEVEL(f32) x = *at + more;
      const LEVEL(i32) fires = x >= threshold;
      const LEVEL(i32) back = s ? (x < negative) & (*s > 0) & ~fires : (LEVEL(i32)){};
      ups |= LEVEL(bits)(fires) << k;
      if (s) downs |= LEVEL(bits)(back) << k;
      if (!up) continue;
      const LEVEL(i32) amount = (LEVEL(i32))((LEVEL(f32)){} + threshold);
      x -= (LEVEL(f32))(amount & fires);
      if (s) {
        x += (LEVEL(f32))(amount & back);
        *s -= __builtin_convertvector(fires - back, LEVEL(f32));
      }
      *at = x;
    }
    spikes += __builtin_popcount(ups & lanes) - __builtin_popcount(downs & lanes);
    if (up) up[n] = (uint16_t)ups;
    if (up && down) down[n] = (uint16_t)downs;
  }
  return spikes;
}

// x = min(max(x, 0), high)
static void LEVEL(clip)(float *x, long count, float high) {
  for (long i = 0; i < count * 16; i += L) {
    const LEVEL(f32) v = *(LEVEL(f32) *)(x + i), most = (LEVEL(f32)){} + high;
    const LEVEL(i32) over = v > high;
    *(LEVEL(i32) *)(x + i) = ((LEVEL(i32))v & (v > 0) & ~over) | ((LEVEL(i32))most & over);
  }
}

INLINE LEVEL(f32) LEVEL(choose)(LEVEL(i32) first, LEVEL(f32) a, LEVEL(f32) b) {
  return (LEVEL(f32))(((LEVEL(i32))a & first) | ((LEVEL(i32))b & ~first));
}

// Of each lane: highest, lowest, number of values that are not 0.
static void LEVEL(extremes)(const float *x, long count, float *high, float *low, int32_t *active) {
  for (long k = 0; k < 16; k += L) {
    LEVEL(f32) most = *(LEVEL(f32) *)(high + k), least = *(LEVEL(f32) *)(low + k);
    LEVEL(i32) sum = *(LEVEL(i32) *)(active + k);
    for (long n = 0; n < count; n++) {
      const LEVEL(f32) v = *(LEVEL(f32) *)(x + n * 16 + k);
      most = LEVEL(choose)(v > most, v, most);
      least = LEVEL(choose)(v < least, v, least);
      sum -= v != 0;
    }
    *(LEVEL(f32) *)(high + k) = most;
    *(LEVEL(f32) *)(low + k) = least;
    *(LEVEL(i32) *)(active + k) = sum;
  }
}

static void LEVEL(above)(const float *x, long count, float limit, int32_t *above) {
  for (long k = 0; k < 16; k += L) {
    LEVEL(i32) sum = *(LEVEL(i32) *)(above + k);
    for (long n = 0; n < count; n++) sum -= *(LEVEL(f32) *)(x + n * 16 + k) > limit;
    *(LEVEL(i32) *)(above + k) = sum;
  }
}

static void LEVEL(histogram)(const float *x, long count, long lanes, float scale, int32_t last, int32_t *counts) {
  const LEVEL(f32) most = (LEVEL(f32)){} + (float)last;
  for (long n = 0; n < count; n++) {
    int32_t bins[16] __attribute__((aligned(64)));
    UNROLL for (long k = 0; k < 16; k += L) {
      const LEVEL(f32) v = *(LEVEL(f32) *)(x + n * 16 + k), scaled = v * scale;
      const LEVEL(i32) bin = __builtin_convertvector(LEVEL(choose)(scaled < most, scaled, most), LEVEL(i32));
      const LEVEL(i32) positive = v > 0;
      *(LEVEL(i32) *)(bins + k) = (bin & positive) | ((LEVEL(i32)){} + (last + 1) & ~positive);
    }
    for (long lane = 0; lane < lanes; lane++) counts[bins[lane]]++;
  }
}
