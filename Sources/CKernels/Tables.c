// Dense delivery of sources that are bits, 16 steps at once: six sources are a number, which picks what they add from a
// table. Lanes are the steps of two positions; sums are modulo 2^16.
#include "CKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("unroll")
#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512bw,avx512vl,avx512dq"))), apply_to = function)

// 16 x 16 in each half: of row i, element j goes to row j % 8 (of `high` where j >= 8), element i.
INLINE void transpose(__m512i r[16], __m512i low[8], __m512i high[8]) {
  __m512i q[16];
  UNROLL for (int i = 0; i < 8; i++) {
    q[2 * i] = _mm512_unpacklo_epi16(r[2 * i], r[2 * i + 1]);
    q[2 * i + 1] = _mm512_unpackhi_epi16(r[2 * i], r[2 * i + 1]);
  }
  UNROLL for (int i = 0; i < 16; i += 4) UNROLL for (int k = 0; k < 2; k++) {
    r[i + 2 * k] = _mm512_unpacklo_epi32(q[i + k], q[i + k + 2]);
    r[i + 2 * k + 1] = _mm512_unpackhi_epi32(q[i + k], q[i + k + 2]);
  }
  UNROLL for (int i = 0; i < 16; i += 8) UNROLL for (int k = 0; k < 4; k++) {
    q[i + 2 * k] = _mm512_unpacklo_epi64(r[i + k], r[i + k + 4]);
    q[i + 2 * k + 1] = _mm512_unpackhi_epi64(r[i + k], r[i + k + 4]);
  }
  const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13), second = first + 2;
  UNROLL for (int j = 0; j < 8; j++) {
    low[j] = _mm512_permutex2var_epi64(q[j], first, q[j + 8]);
    high[j] = _mm512_permutex2var_epi64(q[j], second, q[j + 8]);
  }
}

// Adds a position's sums, times their factors where there are any.
INLINE void add(void *acc, long at, __m256i sums, __m256i factors, const int bits, const int has_factors) {
  if (bits == 16) {
    __m256i *to = (__m256i *)((int16_t *)acc + at);
    if (has_factors) sums = _mm256_mullo_epi16(sums, factors);
    _mm256_storeu_si256(to, _mm256_add_epi16(_mm256_loadu_si256(to), sums));
  } else {
    int32_t *to = (int32_t *)acc + at;
    const __m512i all = _mm512_mullo_epi32(_mm512_cvtepi16_epi32(sums), _mm512_cvtepi16_epi32(factors));
    _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_loadu_si512(to), all));
  }
}

// The same for the steps of two positions, or one.
INLINE void add_steps(
  const ck_tables *d, void *acc, long at, const __m512i low[8], const __m512i high[8], long count, __m256i factors,
  const int bits, const int has_factors) {
  UNROLL for (int step = 0; step < 16; step++, at += d->step_lanes) {
    if (step >= d->steps) break;
    const __m512i both = step < 8 ? low[step] : high[step - 8];
    add(acc, at, _mm512_castsi512_si256(both), factors, bits, has_factors);
    if (count > 1) add(acc, at + d->padded, _mm512_extracti64x4_epi64(both, 1), factors, bits, has_factors);
  }
}

// 2 * V positions (the last one again where there are fewer) times a block of 16 targets, four of these in registers at
// once. Where the positions of each pair adjoin, a vector's numbers are one load.
INLINE void deliver_tile(const ck_tables *d, long at, long block, void *acc, int bits, const int V, const int adjoin) {
  _Alignas(64) int16_t sums[16][4][32];
  const long count = d->positions - at < 2 * V ? d->positions - at : 2 * V;
  const uint16_t *x[8];
  UNROLL for (int p = 0; p < 2 * V; p++) x[p] = d->x + d->bases[at + (p < count ? p : count - 1)];
  const int16_t *t = d->tables + block * 16 * d->numbers * 64;
  for (long four = 0; four < 16; four += 4) {
    __m512i s[4][4];
    UNROLL for (int c = 0; c < 4; c++) UNROLL for (int v = 0; v < V; v++) s[c][v] = _mm512_setzero_si512();
    for (long number = 0; number < d->numbers; number++, t += 4 * 64) {
      const long offset = d->offsets[number];
      __m512i w[4];
      UNROLL for (int v = 0; v < V; v++)
        w[v] = adjoin ? _mm512_loadu_si512(x[2 * v] + offset)
                      : _mm512_inserti64x4(
                          _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(x[2 * v] + offset))),
                          _mm256_loadu_si256((const __m256i *)(x[2 * v + 1] + offset)), 1);
      UNROLL for (int c = 0; c < 4; c++) {
        const __m512i low = _mm512_loadu_si512(t + c * 64), high = _mm512_loadu_si512(t + c * 64 + 32);
        UNROLL for (int v = 0; v < V; v++)
          s[c][v] = _mm512_add_epi16(s[c][v], _mm512_permutex2var_epi16(low, w[v], high));
      }
    }
    UNROLL for (int c = 0; c < 4; c++) UNROLL for (int v = 0; v < V; v++)
      _mm512_store_si512(sums[four + c][v], s[c][v]);
  }
  const __m256i factors =
    d->factors ? _mm256_loadu_si256((const __m256i *)(d->factors + block * 16)) : _mm256_set1_epi16(1);
  for (long v = 0; 2 * v < count; v++) {
    __m512i r[16], low[8], high[8];
    UNROLL for (int c = 0; c < 16; c++) r[c] = _mm512_load_si512(sums[c][v]);
    transpose(r, low, high);
    const long to = (at + 2 * v) * d->padded + block * 16, left = count - 2 * v;
    if (bits == 32) add_steps(d, acc, to, low, high, left, factors, 32, 1);
    else if (d->factors) add_steps(d, acc, to, low, high, left, factors, 16, 1);
    else add_steps(d, acc, to, low, high, left, factors, 16, 0);
  }
}

#define TILE(V, ADJOIN)                                                                             \
  static void tile_##V##_##ADJOIN(const ck_tables *d, long at, long block, void *acc, int bits) {   \
    deliver_tile(d, at, block, acc, bits, V, ADJOIN);                                               \
  }
TILE(4, 1) TILE(4, 0) TILE(2, 0) TILE(1, 0)

static int adjoin(const uint32_t *bases, long count) {
  for (long p = 0; p < count; p += 2) if (bases[p + 1] - bases[p] != 16) return 0;
  return 1;
}

void ck_tables_deliver(const ck_tables *d, void *accumulators, int bits) {
  for (long block = 0; block < d->blocks; block++) {
    for (long at = 0; at < d->positions;) {
      const long left = d->positions - at;
      if (left >= 8 && adjoin(d->bases + at, 8)) tile_4_1(d, at, block, accumulators, bits), at += 8;
      else if (left > 4) tile_4_0(d, at, block, accumulators, bits), at += 8;
      else if (left > 2) tile_2_0(d, at, block, accumulators, bits), at += 4;
      else tile_1_0(d, at, block, accumulators, bits), at += 2;
    }
  }
}

INLINE __m128i count(long bits) { return _mm_cvtsi64_si128(bits); }

// The numbers of pixels themselves, and in the plane behind what is left over of their bits, 16 words at a time.
static void write_own(const ck_numbers *n, const uint16_t *const *masks, uint16_t *x) {
  // Words behind the one before.
  __m256i y[17];
  y[16] = _mm256_setzero_si256();
  for (long first = 0, all = n->width * n->words; first < all; first += 16) {
    const long left = all - first < 16 ? all - first : 16, pixel = first / n->words, begun = first % n->words;
    const __mmask16 taken = (__mmask16)((1u << left) - 1);
    __m512i r[16], low[8], high[8];
    UNROLL for (int step = 0; step < 16; step++)
      r[step] = _mm512_castsi256_si512(
        masks[step] ? _mm256_maskz_loadu_epi16(taken, masks[step] + first) : _mm256_setzero_si256());
    transpose(r, low, high);
    y[0] = y[16];
    UNROLL for (int i = 0; i < 16; i++) y[i + 1] = _mm512_castsi512_si256(i < 8 ? low[i] : high[i - 8]);
    for (long number = 0; number < n->own + (n->left > 0); number++) {
      const long bits = number < n->own ? 6 : n->left, word = (6 * number + bits - 1) / 16, shift = 6 * number - 16 * word;
      const __m128i up = count(shift < 0 ? -shift : 0), down = count(shift < 0 ? 0 : shift), before = count(16 + shift);
      const __m256i mask = _mm256_set1_epi16((int16_t)((1 << bits) - 1));
      uint16_t *to = x + number * n->plane + (pixel + (word < begun)) * 16;
      for (long i = word - begun + (word < begun ? n->words : 0); i < left; i += n->words, to += 16) {
        const __m256i high = _mm256_srl_epi16(_mm256_sll_epi16(y[i + 1], up), down), low = _mm256_srl_epi16(y[i], before);
        _mm256_storeu_si256((__m256i *)to, _mm256_and_si256(_mm256_or_si256(low, high), mask));
      }
    }
  }
}

void ck_write_numbers(const ck_numbers *n, const uint16_t *const *masks, uint16_t *x) {
  write_own(n, masks, x);
  // The first of them lie where what is left over lay: last, and before the line that was nothing.
  uint16_t *plane = x + n->own * n->plane;
  for (long at = n->first; n->joined > 0 && at < 0; at++)
    _mm256_storeu_si256((__m256i *)(plane + at * 16), _mm256_setzero_si256());
  for (long joined = n->joined - 1; joined >= 0; joined--) {
    const long column = 6 * joined / n->left, behind = (6 * joined + 5) / n->left + 1;
    const long columns = (behind < n->columns ? behind : n->columns) - column, shift = 6 * joined - column * n->left;
    const __m128i down = count(shift);
    __m128i up[6];
    for (long k = 1; k < columns; k++) up[k] = count(k * n->left - shift);
    // Two windows at once.
    for (long at = n->first; at < n->end; at += 2) {
      const __mmask32 taken = at + 1 < n->end ? 0xffffffff : 0xffff;
      const uint16_t *from = plane + (at + column) * 16;
      __m512i v = _mm512_srl_epi16(_mm512_maskz_loadu_epi16(taken, from), down);
      for (long k = 1; k < columns; k++)
        v = _mm512_or_si512(v, _mm512_sll_epi16(_mm512_maskz_loadu_epi16(taken, from + k * 16), up[k]));
      v = _mm512_and_si512(v, _mm512_set1_epi16(63));
      _mm512_mask_storeu_epi16(plane + joined * n->plane + at * 16, taken, v);
    }
  }
}
#pragma clang attribute pop
#else
void ck_tables_deliver(const ck_tables *d, void *accumulators, int bits) { (void)d, (void)accumulators, (void)bits; }
void ck_write_numbers(const ck_numbers *n, const uint16_t *const *masks, uint16_t *x) { (void)n, (void)masks, (void)x; }
#endif
