// Delivery, once for one vector width. Before inclusion: W (int16 lanes a vector) and what Level.h needs.
typedef uint16_t NAME(u16) __attribute__((vector_size(W * 2), aligned(2)));
typedef int16_t NAME(s16) __attribute__((vector_size(W * 2), aligned(2)));
typedef uint32_t NAME(u32) __attribute__((vector_size(W * 4), aligned(4)));

#if W == 32 && BYTES >= 64
// Of 64 target channels, whose taps are a vector each: the targets of a group whose taps are three rows of three, and their
// weights in the first row; else null.
INLINE const uint32_t *NAME(nine)(const ck_delivery *d, long g, const int16_t **w) {
  if (g >= d->groups) return 0;
  const long key = d->keys[g], r = d->run_starts[key];
  if (d->run_starts[key + 1] != r + 1 || d->run_targets[r + 1] - d->run_targets[r] != 9) return 0;
  *w = d->weights + d->run_taps[r] * d->tap_lanes;
  return d->targets + d->run_targets[r];
}
// Adds up groups from `g` on while each one's targets are those of the one before, moved by a column: two columns of sums stay
// in registers, and one is added in memory. For 16-bit sums of packed pairs without payloads. Returns the group behind them.
INLINE long NAME(slide)(const ck_delivery *d, long g, void *acc) {
  const int16_t *w, *const factors = d->factors;
  const long stride = d->row_stride, half = d->half;
  const uint32_t *target = NAME(nine)(d, g, &w);
  NAME(u16) s[9] = {}, h[9] = {};
  for (uint16_t offset[3] = {}; target;) {
    const long a = d->starts[g], b = d->starts[++g];
    for (long i = a; i < b; i++) {
      const int16_t *row = w + (size_t)d->rows[i] * (size_t)stride;
      UNROLL for (int k = 0; k < 9; k++) {
        const NAME(s16) x = *(const NAME(s16) *)(row + k * W);
        s[k] += (NAME(u16))x, h[k] += (NAME(u16))(x >> 8);
      }
    }
    UNROLL for (int c = 0; c < 3; c++) offset[c] += (uint16_t)((b - a) * 128);
    const uint32_t *next = NAME(nine)(d, g, &w);
    uint32_t moved = 0;
    if (next) UNROLL for (int k = 0; k < 9; k++) if (k % 3) moved |= next[k] ^ target[k - 1];
    if (moved) next = 0;
    // The last column is done with; the others too, where nothing goes on.
    UNROLL for (int c = 2; c >= 0; c--) {
      if (c < 2 && next) break;
      UNROLL for (int k = c; k < 9; k += 3) {
        const NAME(u16) low = s[k] - (h[k] << 8) - offset[c];
        if (factors) {
          ADD(u16, target[k], low * *(const NAME(u16) *)factors);
          ADD(u16, target[k] + half, h[k] * *(const NAME(u16) *)(factors + half));
        } else ADD(u16, target[k], low), ADD(u16, target[k] + half, h[k]);
      }
    }
    UNROLL for (int k = 8; k >= 0; k--) {
      if (k % 3) s[k] = s[k - 1], h[k] = h[k - 1];
      else s[k] = h[k] = (NAME(u16)){};
    }
    offset[2] = offset[1], offset[1] = offset[0], offset[0] = 0;
    target = next;
  }
  return g;
}
#endif

// `bits` of the accumulator for packed pairs: blocks of `half` lanes, channels 0 ..< half low, half ..< 2 half high;
// where it is 32, one register sum holds 16: at most 255 weights of 8 bits. 0: one weight a lane, 32 bits.
INLINE void NAME(deliver_body)(const ck_delivery *given, void *acc, const int bits, const int pay, const int n) {
  const ck_delivery copy = *given, *d = &copy; // a copy of its own, which no store into sums can change
  const long stride = d->row_stride, lanes = d->tap_lanes, half = d->half;
  const int16_t *const factors = d->factors;
  for (long g = 0; g < d->groups; g++) {
#if W == 32 && BYTES >= 64
    const int16_t *unused;
    if (bits == 16 && !pay && n == 1 && NAME(nine)(d, g, &unused)) {
      g = NAME(slide)(d, g, acc) - 1;
      continue;
    }
#endif
    const long key = d->keys[g], end = d->starts[g + 1];
    for (long a = d->starts[g], b; a < end; a = b) {
      int64_t size = 0, sum = 0;
      for (b = a; pay && b < end; b++) {
        const int64_t p = d->payloads[b], m = p < 0 ? -p : p;
        if (bits == 32 && b > a && size + m > 255) break;
        size += m, sum += p;
      }
      if (!pay) b = bits == 32 && end - a > 255 ? a + 255 : end, sum = b - a;
      const uint16_t offset = (uint16_t)(sum * 128);
      for (long r = d->run_starts[key]; r < (long)d->run_starts[key + 1]; r++) {
        const uint32_t *target = d->targets + d->run_targets[r], *last = d->targets + d->run_targets[r + 1];
        const int16_t *w = d->weights + d->run_taps[r] * lanes;
        long left = (last - target) * (lanes / W), lane = 0;
        if (!pay || bits != 32 || size <= 255) { TILES(TILE) continue; }
        // One spike whose payload is too large for 16-bit sums.
        for (w += (size_t)d->rows[a] * (size_t)stride; target < last; target++, w += lanes)
          for (long i = 0; i < lanes; i++) {
            const long channel = i + (i & -half);
            uint32_t *to = (uint32_t *)acc + *target + channel, p = (uint32_t)d->payloads[a];
            to[0] += (uint32_t)((w[i] & 255) - 128) * p * (factors ? (uint32_t)factors[channel] : 1);
            to[half] += (uint32_t)(w[i] >> 8) * p * (factors ? (uint32_t)factors[channel + half] : 1);
          }
      }
    }
  }
}
static void NAME(deliver)(const ck_delivery *d, void *acc, int bits) {
  const long n = d->tap_lanes == d->half ? d->tap_lanes / W : 0;
  if (bits == 16 && n == 1) DELIVER(16, 1);
  else if (bits == 16 && n == 2) DELIVER(16, 2);
  else if (bits == 16 && n == 4) DELIVER(16, 4);
  else if (bits == 16) DELIVER(16, 0);
  else if (bits == 32) DELIVER(32, 0);
  else DELIVER(0, 0);
}
#undef W
