// All kernels once for one instruction set. Before inclusion: BYTES (vector width), TILE, LEVEL(x).

#define W 8
#define NAME(x) LEVEL(x##_8)
#include "Pairs.h"
#undef W
#undef NAME
#if BYTES >= 32
#define W 16
#define NAME(x) LEVEL(x##_16)
#include "Pairs.h"
#undef W
#undef NAME
#endif
#if BYTES >= 64
#define W 32
#define NAME(x) LEVEL(x##_32)
#include "Pairs.h"
#undef W
#undef NAME
#endif

static void LEVEL(pairs)(const ck_delivery *d, void *acc, int bits) {
#if BYTES >= 64
  if (d->half % 32 == 0) { LEVEL(run_32)(d, acc, bits); return; }
#endif
#if BYTES >= 32
  if (d->half % 16 == 0) { LEVEL(run_16)(d, acc, bits); return; }
#endif
  LEVEL(run_8)(d, acc, bits);
}

enum { LEVEL(L) = BYTES / 4 };
typedef int32_t LEVEL(i32) __attribute__((vector_size(BYTES), aligned(4)));
typedef uint32_t LEVEL(u32) __attribute__((vector_size(BYTES), aligned(4)));
typedef int16_t LEVEL(h16) __attribute__((vector_size(BYTES / 2), aligned(2)));
typedef _Bool LEVEL(mask) __attribute__((ext_vector_type(BYTES / 4)));

// 16-bit weights into 32-bit accumulators, times the payload where there is one.
#define WIDE_TILE(T)                                                                                    \
  while (left >= T) {                                                                                   \
    LEVEL(u32) s[T] = {};                                                                               \
    for (long i = a; i < b; i++) {                                                                      \
      const int16_t *row = w + (size_t)d->rows[i] * (size_t)d->row_stride;                              \
      const uint32_t p = pay ? (uint32_t)d->payloads[i] : 1;                                            \
      _Pragma("unroll") for (int k = 0; k < T; k++) {                                                   \
        LEVEL(u32) x =                                                                                  \
          (LEVEL(u32)) __builtin_convertvector(*(const LEVEL(h16) *)(row + k * LEVEL(L)), LEVEL(i32));  \
        s[k] += pay ? x * p : x;                                                                        \
      }                                                                                                 \
    }                                                                                                   \
    _Pragma("unroll") for (int k = 0; k < T; k++) {                                                     \
      *(LEVEL(u32) *)(acc + *target + lane) += s[k];                                                    \
      lane += LEVEL(L);                                                                                 \
      if (lane == lanes) lane = 0, target++;                                                            \
    }                                                                                                   \
    w += T * LEVEL(L);                                                                                  \
    left -= T;                                                                                          \
  }

INLINE void LEVEL(wide_body)(const ck_delivery *d, int32_t *acc, const int pay) {
  const long lanes = d->tap_lanes;
  for (long g = 0; g < d->groups; g++) {
    const uint32_t key = d->keys[g];
    const long a = d->starts[g], b = d->starts[g + 1];
    for (long r = d->run_starts[key]; r < (long)d->run_starts[key + 1]; r++) {
      const uint32_t *target = d->targets + d->run_targets[r];
      const int16_t *w = d->weights + d->run_taps[r] * lanes;
      long left = (long)(d->run_targets[r + 1] - d->run_targets[r]) * (lanes / LEVEL(L)), lane = 0;
      WIDE_TILE(8)
      WIDE_TILE(4)
      WIDE_TILE(1)
    }
  }
}
#undef WIDE_TILE
static void LEVEL(wide)(const ck_delivery *d, int32_t *acc) {
  if (d->payloads) LEVEL(wide_body)(d, acc, 1);
  else LEVEL(wide_body)(d, acc, 0);
}

// v = saturate(v - leak + (((narrow + wide) << fraction) + drive) << phase), compare, reset: 16 neurons a mask.
INLINE long LEVEL(step_body)(const ck_update *u, const int flags, const int narrow, const int wide, const int drive,
                             long *saturations) {
  const long L = LEVEL(L);
  const uint32_t leaks = u->leak > 0 ? ~0u : 0;
  const int leak = u->leak & 31, fraction = u->fraction, phase = u->phase;
  long fired = 0, clipped = 0;
  for (long start = 0, tile = 0, dt = 0; start < u->count; start += 16) {
    uint32_t bits = 0;
    _Pragma("unroll") for (long k = 0; k < 16; k += L) {
      const long i = start + k;
      LEVEL(u32) v = *(const LEVEL(u32) *)(u->v + i);
      if (flags & CK_INTEGRATE) {
        LEVEL(u32) sum = {};
        if (narrow) sum = (LEVEL(u32)) __builtin_convertvector(*(const LEVEL(h16) *)(u->narrow + i), LEVEL(i32));
        if (wide) sum += *(const LEVEL(u32) *)(u->wide + i);
        sum <<= fraction;
        if (drive) sum += *(const LEVEL(u32) *)(u->drive + dt + k);
        sum <<= phase;
        v -= (LEVEL(u32))((LEVEL(i32))v >> leak) & leaks;
        LEVEL(u32) x = v + sum;
        if (flags & CK_SATURATE) {
          const LEVEL(i32) low = (LEVEL(i32)){} + u->low, high = (LEVEL(i32)){} + u->high;
          // Overflow of 32 bits shows as a sign that neither operand has.
          LEVEL(i32) wrapped = (LEVEL(i32))((v ^ x) & (sum ^ x)) < 0, y = (LEVEL(i32))x;
          const LEVEL(i32) down = (LEVEL(i32))v < 0;
          y = (wrapped & ((down & low) | (~down & high))) | (~wrapped & y);
          LEVEL(i32) over = y > high, under = y < low;
          y = (over & high) | (under & low) | (~(over | under) & y);
          LEVEL(mask) lost = __builtin_convertvector(wrapped | over | under, LEVEL(mask));
          uint16_t word = 0;
          __builtin_memcpy(&word, &lost, BYTES / 4 > 8 ? 2 : 1);
          clipped += __builtin_popcount(word & ((1u << L) - 1));
          x = (LEVEL(u32))y;
        }
        v = x;
      }
      if (flags & CK_FIRE) {
        LEVEL(i32) fires = ((LEVEL(i32))v >> phase) > *(const LEVEL(i32) *)(u->limit + tile + k);
        if (flags & CK_RESET)
          v -= (LEVEL(u32))fires & (*(const LEVEL(u32) *)(u->reset + tile + k) << phase);
        if (flags & CK_HARD) v &= ~(LEVEL(u32))fires;
        if (!(flags & (CK_RESET | CK_HARD)) && u->negative)
          fires |= (LEVEL(i32))v <= *(const LEVEL(i32) *)(u->negative + tile + k);
        LEVEL(mask) set = __builtin_convertvector(fires, LEVEL(mask));
        uint16_t word = 0;
        __builtin_memcpy(&word, &set, BYTES / 4 > 8 ? 2 : 1);
        bits |= (word & ((1u << L) - 1)) << k;
      }
      *(LEVEL(u32) *)(u->v + i) = v;
      if (narrow) *(LEVEL(h16) *)(u->narrow + i) = (LEVEL(h16)){};
      if (wide) *(LEVEL(u32) *)(u->wide + i) = (LEVEL(u32)){};
    }
    if (flags & CK_FIRE) {
      u->masks[start / 16] = (uint16_t)bits;
      fired += __builtin_popcount(bits);
    }
    if ((tile += 16) == u->tile) tile = 0;
    if (drive && (dt += 16) == u->drive_tile) dt = 0;
  }
  *saturations += clipped;
  return fired;
}

#define CK_CASE(F) \
  case F:                                                                                        \
    if (u->narrow && u->drive && !u->wide) return LEVEL(step_body)(u, F, 1, 0, 1, saturations);  \
    if (u->narrow && !u->wide) return LEVEL(step_body)(u, F, 1, 0, 0, saturations);              \
    if (u->wide && !u->narrow) return LEVEL(step_body)(u, F, 0, 1, u->drive != 0, saturations);  \
    if (u->wide) return LEVEL(step_body)(u, F, 1, 1, u->drive != 0, saturations);                \
    return LEVEL(step_body)(u, F, 0, 0, u->drive != 0, saturations);
static long LEVEL(step)(const ck_update *u, int flags, long *saturations) {
  switch (flags) {
    CK_CASE(CK_INTEGRATE)
    CK_CASE(CK_INTEGRATE | CK_SATURATE)
    CK_CASE(CK_INTEGRATE | CK_FIRE)
    CK_CASE(CK_INTEGRATE | CK_FIRE | CK_SATURATE)
    CK_CASE(CK_INTEGRATE | CK_FIRE | CK_RESET)
    CK_CASE(CK_INTEGRATE | CK_FIRE | CK_RESET | CK_SATURATE)
    CK_CASE(CK_INTEGRATE | CK_FIRE | CK_HARD)
    CK_CASE(CK_INTEGRATE | CK_FIRE | CK_HARD | CK_SATURATE)
    case CK_FIRE | CK_RESET: return LEVEL(step_body)(u, CK_FIRE | CK_RESET, 0, 0, 0, saturations);
  }
  return 0;
}
#undef CK_CASE
