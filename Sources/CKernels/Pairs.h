// Delivery of packed pairs, once for one vector width. Before inclusion: W (int16 lanes a vector), TILE (vectors that a
// register tile holds), NAME(x). Blocks of `half` lanes: channels 0 ..< half low, half ..< 2 half high.

typedef uint16_t NAME(u16) __attribute__((vector_size(W * 2), aligned(2)));
typedef int16_t NAME(s16) __attribute__((vector_size(W * 2), aligned(2)));
typedef int32_t NAME(s32) __attribute__((vector_size(W * 4), aligned(4)));
typedef uint32_t NAME(u32) __attribute__((vector_size(W * 4), aligned(4)));

INLINE void NAME(add)(void *acc, long at, NAME(u16) x, const int bits) {
  if (bits == 16) *(NAME(u16) *)((int16_t *)acc + at) += x;
  else *(NAME(u32) *)((int32_t *)acc + at) += (NAME(u32)) __builtin_convertvector((NAME(s16))x, NAME(s32));
}

#define PAIRS_TILE(T)                                                              \
  while (left >= T) {                                                              \
    NAME(u16) s[T] = {}, h[T] = {};                                                \
    for (long i = a; i < b; i++) {                                                 \
      const int16_t *row = w + (size_t)d->rows[i] * (size_t)stride;                \
      const uint16_t p = pay ? (uint16_t)d->payloads[i] : 1;                       \
      _Pragma("unroll") for (int k = 0; k < T; k++) {                              \
        NAME(u16) x = *(const NAME(u16) *)(row + k * W);                           \
        NAME(u16) y = (NAME(u16))((NAME(s16))x >> 8);                              \
        s[k] += pay ? x * p : x;                                                   \
        h[k] += pay ? y * p : y;                                                   \
      }                                                                            \
    }                                                                              \
    _Pragma("unroll") for (int k = 0; k < T; k++) {                                \
      const long at = *target + lane + (lane & -half);                             \
      NAME(add)(acc, at, s[k] - (h[k] << 8) - offset, bits);                       \
      NAME(add)(acc, at + half, h[k], bits);                                       \
      lane += W;                                                                   \
      if (lane == lanes) lane = 0, target++;                                       \
    }                                                                              \
    w += T * W;                                                                    \
    left -= T;                                                                     \
  }

// Where the accumulator has 32 bits, one register sum holds 16: at most 255 weights of 8 bits.
INLINE void NAME(pairs)(const ck_delivery *d, void *acc, const int bits, const int pay) {
  const long stride = d->row_stride, lanes = d->tap_lanes, half = d->half;
  for (long g = 0; g < d->groups; g++) {
    const uint32_t key = d->keys[g];
    const long end = d->starts[g + 1];
    for (long a = d->starts[g], b; a < end; a = b) {
      uint16_t offset;
      int64_t size = 0;
      if (pay) {
        int64_t sum = 0;
        for (b = a; b < end; b++) {
          const int64_t p = d->payloads[b], m = p < 0 ? -p : p;
          if (bits == 32 && b > a && size + m > 255) break;
          size += m, sum += p;
        }
        offset = (uint16_t)(sum * 128);
      } else {
        b = bits == 32 && end - a > 255 ? a + 255 : end;
        offset = (uint16_t)((b - a) * 128);
      }
      for (long r = d->run_starts[key]; r < (long)d->run_starts[key + 1]; r++) {
        const uint32_t *target = d->targets + d->run_targets[r];
        const int16_t *w = d->weights + d->run_taps[r] * lanes;
        if (pay && bits == 32 && size > 255) {  // one spike whose payload is too large for 16-bit sums
          const uint32_t *last = d->targets + d->run_targets[r + 1], p = (uint32_t)d->payloads[a];
          for (w += (size_t)d->rows[a] * (size_t)stride; target < last; target++, w += lanes)
            for (long i = 0; i < lanes; i++) {
              uint32_t *to = (uint32_t *)acc + *target + i + (i & -half);
              to[0] += (uint32_t)((w[i] & 255) - 128) * p;
              to[half] += (uint32_t)(w[i] >> 8) * p;
            }
          continue;
        }
        long left = (long)(d->run_targets[r + 1] - d->run_targets[r]) * (lanes / W), lane = 0;
        if (TILE >= 9) { PAIRS_TILE(9) }
        if (TILE >= 6) { PAIRS_TILE(6) }
        PAIRS_TILE(4)
        PAIRS_TILE(2)
        PAIRS_TILE(1)
      }
    }
  }
}

static void NAME(run)(const ck_delivery *d, void *acc, int bits) {
  if (bits == 16) d->payloads ? NAME(pairs)(d, acc, 16, 1) : NAME(pairs)(d, acc, 16, 0);
  else d->payloads ? NAME(pairs)(d, acc, 32, 1) : NAME(pairs)(d, acc, 32, 0);
}
#undef PAIRS_TILE
