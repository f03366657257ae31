// All kernels for one instruction set. Before inclusion: BYTES (vector width), TILES(X) (vectors that a register tile
// may hold, largest first), LEVEL(x) (a name of this level), ROWS and VECTORS of Products.h.
#define W 8
#include "Delivery.h"
#define W 16
#include "Delivery.h"
#define W 32
#include "Delivery.h"

static void LEVEL(deliver)(const ck_delivery *d, void *acc, int bits) {
  const long block = bits == 0 ? d->tap_lanes : d->half;
  if (BYTES >= 64 && block % 32 == 0) PASTE(LEVEL(deliver), 32)(d, acc, bits);
  else if (BYTES >= 32 && block % 16 == 0) PASTE(LEVEL(deliver), 16)(d, acc, bits);
  else PASTE(LEVEL(deliver), 8)(d, acc, bits);
}

typedef int32_t LEVEL(i32) __attribute__((vector_size(BYTES), aligned(4)));
typedef uint32_t LEVEL(u32) __attribute__((vector_size(BYTES), aligned(4)));
typedef int16_t LEVEL(h16) __attribute__((vector_size(BYTES / 2), aligned(2)));
typedef _Bool LEVEL(mask) __attribute__((ext_vector_type(BYTES / 4)));

// A bit per lane that is not 0.
INLINE uint32_t LEVEL(bits)(LEVEL(i32) x) {
  const LEVEL(mask) set = __builtin_convertvector(x, LEVEL(mask));
  uint16_t word = 0;
  __builtin_memcpy(&word, &set, L > 8 ? 2 : 1);
  return word & ((1u << L) - 1);
}

// v = saturate(v - leak + (((narrow + wide) << fraction) + drive) << phase), compare, reset: `n` masks of 16 neurons, which
// stay in registers over the steps. Several at once: each waits for its own comparison.
INLINE long LEVEL(step_masks)(
  const ck_update *u, int flags, int narrow, int wide, int drive, long start, const long *tile, const long *dt,
  const int n, long *clipped) {
  const uint32_t leaks = u->leak > 0 ? ~0u : 0, leak = u->leak & 31, fraction = u->fraction, phase = u->phase;
  long fired = 0;
  LEVEL(u32) potentials[4][16 / L], resets[4][16 / L];
  LEVEL(i32) limits[4][16 / L];
  UNROLL for (int m = 0; m < n; m++) UNROLL for (long k = 0; k < 16 / L; k++) {
    potentials[m][k] = *(const LEVEL(u32) *)(u->v + start + m * 16 + k * L);
    if (flags & CK_FIRE) limits[m][k] = *(const LEVEL(i32) *)(u->limit + tile[m] + k * L);
    if (flags & CK_RESET) resets[m][k] = *(const LEVEL(u32) *)(u->reset + tile[m] + k * L) << phase;
  }
  for (long step = 0; step < u->steps; step++)
    UNROLL for (int m = 0; m < n; m++) {
      uint32_t bits = 0;
      UNROLL for (long k = 0; k < 16 / L; k++) {
        const long i = start + m * 16 + k * L;
        LEVEL(u32) v = potentials[m][k];
        if (flags & CK_INTEGRATE) {
          LEVEL(u32) sum = {};
          if (narrow) {
            LEVEL(h16) *from = (LEVEL(h16) *)(u->narrow + step * u->narrow_step + i);
            sum = (LEVEL(u32)) __builtin_convertvector(*from, LEVEL(i32));
            *from = (LEVEL(h16)){};
          }
          if (wide) {
            LEVEL(u32) *from = (LEVEL(u32) *)(u->wide + step * u->wide_step + i);
            sum += *from;
            *from = (LEVEL(u32)){};
          }
          sum <<= fraction;
          if (drive) sum += *(const LEVEL(u32) *)(u->drive + step * u->drive_step + dt[m] + k * L);
          if (!(flags & PLAIN)) sum <<= phase, v -= (LEVEL(u32))((LEVEL(i32))v >> leak) & leaks;
          LEVEL(u32) x = v + sum;
          if (flags & CK_SATURATE) {
            // Overflow of 32 bits shows as a sign that neither operand has.
            const LEVEL(i32) wraps = (LEVEL(i32))((v ^ x) & (sum ^ x)) < 0, y = (LEVEL(i32))x, down = (LEVEL(i32))v < 0;
            const LEVEL(i32) under = (wraps & down) | (~wraps & (y < u->low));
            const LEVEL(i32) over = (wraps & ~down) | (~wraps & (y > u->high));
            *clipped += __builtin_popcount(LEVEL(bits)(under | over));
            x = (LEVEL(u32))((under & u->low) | (over & u->high) | (~(under | over) & y));
          }
          v = x;
        }
        if (flags & CK_FIRE) {
          LEVEL(i32) fires = (flags & PLAIN ? (LEVEL(i32))v : (LEVEL(i32))v >> phase) > limits[m][k];
          if (flags & CK_RESET) v -= (LEVEL(u32))fires & resets[m][k];
          if (flags & CK_HARD) v &= ~(LEVEL(u32))fires;
          if (!(flags & (CK_RESET | CK_HARD)) && u->negative) {
            LEVEL(i32) below = (LEVEL(i32))v <= *(const LEVEL(i32) *)(u->negative + tile[m] + k * L);
            if (u->sent) below &= *(const LEVEL(i32) *)(u->sent + i) > 0;
            fires |= below;
          }
          bits |= LEVEL(bits)(fires) << (k * L);
        }
        potentials[m][k] = v;
      }
      if (flags & CK_FIRE) {
        u->masks[step * u->mask_step + start / 16 + m] = (uint16_t)bits;
        fired += __builtin_popcount(bits);
      }
    }
  UNROLL for (int m = 0; m < n; m++) UNROLL for (long k = 0; k < 16 / L; k++)
    *(LEVEL(u32) *)(u->v + start + m * 16 + k * L) = potentials[m][k];
  return fired;
}

INLINE long LEVEL(step_body)(const ck_update *given, int flags, int narrow, int wide, int drive, long *saturations) {
  const ck_update copy = *given, *u = &copy; // a copy of its own, which no store into neurons can change
  const int together = flags & PLAIN ? TOGETHER : 1;
  long fired = 0, clipped = 0, tile[5] = {}, dt[5] = {};
  for (long start = 0; start < u->count;) {
    const int n = start + together * 16 <= u->count ? together : 1;
    for (int m = 0; m < n; m++) {
      tile[m + 1] = tile[m] + 16 == u->tile ? 0 : tile[m] + 16;
      dt[m + 1] = !drive || dt[m] + 16 == u->drive_tile ? 0 : dt[m] + 16;
    }
    fired += n == 1 ? LEVEL(step_masks)(u, flags, narrow, wide, drive, start, tile, dt, 1, &clipped)
                    : LEVEL(step_masks)(u, flags, narrow, wide, drive, start, tile, dt, together, &clipped);
    tile[0] = tile[n], dt[0] = dt[n], start += n * 16;
  }
  *saturations += clipped;
  return fired;
}

static long LEVEL(step)(const ck_update *u, int flags, long *saturations) {
  const int drive = u->drive != 0;
  // The commonest update, alone: soft reset, no leak, no phase.
  if (u->steps > 1 && u->phase == 0 && u->leak <= 0) switch (flags | PLAIN) { CASE(PLAIN | CK_INTEGRATE | CK_FIRE | CK_RESET) }
  switch (flags) {
    CASES(0) CASES(CK_FIRE) CASES(CK_FIRE | CK_RESET) CASES(CK_FIRE | CK_HARD)
    case CK_FIRE | CK_RESET: return LEVEL(step_body)(u, CK_FIRE | CK_RESET, 0, 0, 0, saturations);
    case CK_FIRE | CK_HARD: return LEVEL(step_body)(u, CK_FIRE | CK_HARD, 0, 0, 0, saturations);
    case CK_FIRE: return LEVEL(step_body)(u, CK_FIRE, 0, 0, 0, saturations);
  }
  return 0;
}

typedef int8_t LEVEL(bytes) __attribute__((vector_size(16), aligned(1)));
typedef int16_t LEVEL(lanes16) __attribute__((vector_size(32), aligned(2)));
typedef int32_t LEVEL(lanes32) __attribute__((vector_size(64), aligned(4)));
typedef uint32_t LEVEL(totals) __attribute__((vector_size(64), aligned(4)));
typedef _Bool LEVEL(set16) __attribute__((ext_vector_type(16)));
INLINE LEVEL(set16) LEVEL(set)(uint16_t mask) {
  LEVEL(set16) set;
  __builtin_memcpy(&set, &mask, 2);
  return set;
}

static void LEVEL(write_bytes)(
  const uint16_t *masks, long pixels, long words, long used, const uint32_t *places, const uint32_t *starts,
  const uint32_t *members, uint8_t *map) {
  for (long pixel = 0; pixel < pixels; pixel++)
    for (long k = 0; k < used; k++) {
      LEVEL(bytes) sum = {};
      if (starts)
        for (uint32_t i = starts[pixel]; i < starts[pixel + 1]; i++)
          sum += __builtin_convertvector(LEVEL(set)(masks[members[i] * words + k]), LEVEL(bytes));
      else sum = __builtin_convertvector(LEVEL(set)(masks[pixel * words + k]), LEVEL(bytes));
      *(LEVEL(bytes) *)(map + places[pixel] + k * 16) = sum;
    }
}

#define ANY(TYPE)                                                \
  for (long pixel = 0; pixel < pixels; pixel++) {                \
    TYPE all;                                                    \
    __builtin_memcpy(&all, masks + pixel * words, sizeof(TYPE)); \
    found += all != 0;                                           \
  }
static void LEVEL(count_bits)(
  const uint16_t *masks, long steps, long apart, long pixels, long words, ck_found *counts) {
  for (; steps > 0; steps--, masks += apart, counts++) {
    long bits = 0, at = 0;
    uint32_t found = 0;
    for (; at + 4 <= pixels * words; at += 4) {
      uint64_t four;
      __builtin_memcpy(&four, masks + at, 8);
      bits += __builtin_popcountll(four);
    }
    for (; at < pixels * words; at++) bits += __builtin_popcount(masks[at]);
    if (words == 1) {
      ANY(uint16_t)
    } else if (words == 2) {
      ANY(uint32_t)
    } else if (words == 4) {
      ANY(uint64_t)
    } else {
      for (long pixel = 0; pixel < pixels; pixel++) {
        unsigned any = 0;
        for (long k = 0; k < words; k++) any |= masks[pixel * words + k];
        found += any != 0;
      }
    }
    counts->groups += found;
    counts->bits += bits;
  }
}
#undef ANY

// The sum of three planes of bits; their carries go to *carry.
INLINE LEVEL(u32) LEVEL(add_bits)(LEVEL(u32) a, LEVEL(u32) b, LEVEL(u32) c, LEVEL(u32) *carry) {
  *carry = (a & b) | (c & (a ^ b));
  return a ^ b ^ c;
}
// Counts as eight planes of bits, a vector of neurons at once: the bits of four steps are added with their carries.
static void LEVEL(add_spikes)(const uint16_t *masks, long steps, long apart, long words, uint32_t *totals) {
  long word = 0;
  for (; word + BYTES / 2 <= words; word += BYTES / 2) {
    LEVEL(u32) planes[8] = {};
    for (long step = 0; step < steps; step += 4) {
      LEVEL(u32) x[4] = {}, two, more, carry;
      UNROLL for (int k = 0; k < 4; k++)
        if (step + k < steps) __builtin_memcpy(&x[k], masks + (step + k) * apart + word, BYTES);
      planes[0] = LEVEL(add_bits)(planes[0], x[0], x[1], &two);
      planes[0] = LEVEL(add_bits)(planes[0], x[2], x[3], &more);
      planes[1] = LEVEL(add_bits)(planes[1], two, more, &carry);
      UNROLL for (int plane = 2; plane < 8; plane++) {
        const LEVEL(u32) both = planes[plane] & carry;
        planes[plane] ^= carry, carry = both;
      }
    }
    uint16_t bits[8][BYTES / 2];
    __builtin_memcpy(bits, planes, sizeof bits);
    for (int k = 0; k < BYTES / 2; k++) {
      LEVEL(totals) *to = (LEVEL(totals) *)(totals + (word + k) * 16), total = *to;
      UNROLL for (int plane = 0; plane < 8; plane++)
        if (steps >> plane) total += -__builtin_convertvector(LEVEL(set)(bits[plane][k]), LEVEL(totals)) & (1u << plane);
      *to = total;
    }
  }
  for (; word < words; word++)
    for (long step = 0; step < steps; step++)
      *(LEVEL(totals) *)(totals + word * 16) +=
        __builtin_convertvector(LEVEL(set)(masks[step * apart + word]), LEVEL(totals));
}

typedef uint64_t LEVEL(u64) __attribute__((vector_size(BYTES)));
typedef uint32_t LEVEL(half32) __attribute__((vector_size(BYTES / 2), aligned(4)));
static long LEVEL(course)(const uint32_t *n, const uint32_t *last, long count, uint64_t *squares, uint64_t *products) {
  LEVEL(u64) square = {}, product = {};
  LEVEL(u64) active = {};
  for (long i = 0; i < count * 16; i += BYTES / 8) {
    const LEVEL(u64) x = __builtin_convertvector(*(const LEVEL(half32) *)(n + i), LEVEL(u64)),
                     y = __builtin_convertvector(*(const LEVEL(half32) *)(last + i), LEVEL(u64));
    square += x * x, product += x * y, active -= (LEVEL(u64))(x != 0);
  }
  long total = 0;
  for (int k = 0; k < BYTES / 8; k++) *squares += square[k], *products += product[k], total += (long)active[k];
  return total;
}

static void LEVEL(add_masked)(const uint16_t *masks, long pixels, long words, const int32_t *weights, void *acc, int bits) {
  for (long pixel = 0; pixel < pixels; pixel++)
    for (long k = 0; k < words; k++) {
      const long at = (pixel * words + k) * 16;
      const LEVEL(lanes32) w = *(const LEVEL(lanes32) *)(weights + k * 16);
      const LEVEL(set16) set = LEVEL(set)(masks[at / 16]);
      if (bits == 16)
        *(LEVEL(lanes16) *)((int16_t *)acc + at) +=
          -__builtin_convertvector(set, LEVEL(lanes16)) & __builtin_convertvector(w, LEVEL(lanes16));
      else *(LEVEL(lanes32) *)((int32_t *)acc + at) += -__builtin_convertvector(set, LEVEL(lanes32)) & w;
    }
}

typedef int16_t LEVEL(counts) __attribute__((vector_size(32), aligned(2)));
typedef _Bool LEVEL(counts_mask) __attribute__((ext_vector_type(16)));

// `n` vectors of 16 channels of a window at once.
INLINE long LEVEL(gate_body)(const ck_gate *g, const int n) {
  long fired = 0;
  for (long window = 0; window < g->windows; window++) {
    if (!g->touched[window]) continue;
    g->touched[window] = 0;
    const uint32_t *first = g->cells + g->cell_starts[window], *last = g->cells + g->cell_starts[window + 1];
    for (long lane = 0; lane < g->padded; lane += 16 * n) {
      LEVEL(counts) most[4];
      UNROLL for (int k = 0; k < n; k++) most[k] = *(const LEVEL(counts) *)(g->counts + *first + lane + k * 16);
      for (const uint32_t *cell = first + 1; cell < last; cell++)
        UNROLL for (int k = 0; k < n; k++)
          most[k] = __builtin_elementwise_max(most[k], *(const LEVEL(counts) *)(g->counts + *cell + lane + k * 16));
      UNROLL for (int k = 0; k < n; k++) {
        const long at = window * g->padded + lane + k * 16;
        const LEVEL(counts) change = most[k] - *(const LEVEL(counts) *)(g->largest + at);
        *(LEVEL(counts) *)(g->largest + at) = most[k];
        if (g->change) *(LEVEL(counts) *)(g->change + at) = change;
        const LEVEL(counts_mask) set = __builtin_convertvector(change, LEVEL(counts_mask));
        __builtin_memcpy(&g->masks[at / 16], &set, 2);
        fired += __builtin_popcount(g->masks[at / 16]);
      }
    }
  }
  return fired;
}
static long LEVEL(gate)(const ck_gate *g) {
  return g->padded % 64 == 0   ? LEVEL(gate_body)(g, 4)
         : g->padded % 32 == 0 ? LEVEL(gate_body)(g, 2)
                               : LEVEL(gate_body)(g, 1);
}
#include "Products.h"
#undef LEVEL
#undef BYTES
#undef TOGETHER
#undef TILES
