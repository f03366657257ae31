// Products of packed weights with vectors of 16 floats, once for one instruction set. Before inclusion: what Level.h
// needs, ROWS and VECTORS (rows and vectors of 16 that a register tile holds).
typedef float LEVEL(f16) __attribute__((vector_size(64), aligned(4)));

// min(max(x, 0), high)
INLINE void LEVEL(cut)(LEVEL(f16) *at, float high) {
  typedef int32_t i16 __attribute__((vector_size(64)));
  const LEVEL(f16) v = *at, most = (LEVEL(f16)){} + high;
  const i16 over = v > most;
  *at = (LEVEL(f16))(((i16)v & (v > 0) & ~over) | ((i16)most & over));
}

INLINE void LEVEL(products_tile)(
  const ck_products *p, const float *w, const float *x, float *y, const float *bias, long left, const int rows,
  const int vectors) {
  LEVEL(f16) s[24] = {};
  for (long k = 0; k < p->taps; k++, w += p->block) {
    LEVEL(f16) b[8];
    UNROLL for (int v = 0; v < vectors; v++) b[v] = *(const LEVEL(f16) *)(x + p->offsets[k] + v * p->step);
    UNROLL for (int r = 0; r < rows; r++)
      UNROLL for (int v = 0; v < vectors; v++) s[r * vectors + v] += w[r] * b[v];
  }
  UNROLL for (int r = 0; r < rows; r++)
    UNROLL for (int v = 0; v < vectors; v++)
      if (r < left) {
        LEVEL(f16) *at = (LEVEL(f16) *)(y + r * p->row_stride + v * 16);
        LEVEL(f16) sum = (bias ? (LEVEL(f16)){} + bias[r] : *at) + s[r * vectors + v];
        if (p->cuts) LEVEL(cut)(&sum, p->high);
        *at = sum;
      }
}

static void LEVEL(products)(
  const ck_products *p, const float *w, const float *x, float *y, const float *bias, long rows, long vectors) {
  long v = 0;
  if (p->block == 1) {
    for (; v + 4 <= vectors; v += 4) LEVEL(products_tile)(p, w, x + v * p->step, y + v * 16, bias, 1, 1, 4);
    for (; v < vectors; v++) LEVEL(products_tile)(p, w, x + v * p->step, y + v * 16, bias, 1, 1, 1);
    return;
  }
  for (long r = 0; r < rows; r += ROWS, w += ROWS, y += ROWS * p->row_stride, bias = bias ? bias + ROWS : 0) {
    const float *at = x;
    for (v = 0; v + VECTORS <= vectors; v += VECTORS, at += VECTORS * p->step)
      LEVEL(products_tile)(p, w, at, y + v * 16, bias, rows - r, ROWS, VECTORS);
    for (; VECTORS > 2 && v + 2 <= vectors; v += 2, at += 2 * p->step)
      LEVEL(products_tile)(p, w, at, y + v * 16, bias, rows - r, ROWS, 2);
    for (; v < vectors; v++, at += p->step) LEVEL(products_tile)(p, w, at, y + v * 16, bias, rows - r, ROWS, 1);
  }
}

// y = y + x * factor, rounded twice as in the Swift twin; cut where asked.
static void LEVEL(add_scaled)(const float *x, float *y, long count, float factor, int cuts, float high) {
#pragma clang fp contract(off)
  for (long i = 0; i < count * 16; i += 16) {
    LEVEL(f16) sum = *(LEVEL(f16) *)(y + i) + *(const LEVEL(f16) *)(x + i) * factor;
    if (cuts) LEVEL(cut)(&sum, high);
    *(LEVEL(f16) *)(y + i) = sum;
  }
}

static void LEVEL(pool)(const ck_pool *p, const float *x, float *y) {
  typedef int32_t i16 __attribute__((vector_size(64)));
  for (long row = 0; row < p->out_height; row++) {
    const long top = row * p->stride_y - p->top, from = top > 0 ? top : 0,
               to = top + p->kernel_y < p->height ? top + p->kernel_y : p->height;
    for (long column = 0; column < p->out_width; column++, y += 16) {
      const long left = column * p->stride_x - p->left, first = left > 0 ? left : 0,
                 last = left + p->kernel_x < p->width ? left + p->kernel_x : p->width;
      LEVEL(f16) result = {};
      if (p->share == 0 && from < to && first < last) result -= __builtin_inff();
      for (long at = from; at < to; at++)
        for (long k = first; k < last; k++) {
          const LEVEL(f16) v = *(const LEVEL(f16) *)(x + (at * p->width + k) * 16);
          const i16 more = v > result;
          result = p->share == 0 ? (LEVEL(f16))(((i16)v & more) | ((i16)result & ~more)) : result + v;
        }
      *(LEVEL(f16) *)y = p->share == 0 ? result : result * p->share;
    }
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

static void LEVEL(clip)(float *x, long count, float high) {
  for (long i = 0; i < count * 16; i += 16) LEVEL(cut)((LEVEL(f16) *)(x + i), high);
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
