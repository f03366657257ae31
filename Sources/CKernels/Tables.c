// Dense delivery of sources that are bits, 16 steps at once: a word of 16 sources is three numbers (6, 5 and 5 bits), each of
// which picks what its sources add from a table. Lanes are the steps of two positions; sums are modulo 2^16.
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

#define LOOK_UP(T, V, FROM, SIZE, SHIFT, PICK)                                     \
  UNROLL for (int v = 0; v < V; v++) w[v] = _mm512_srli_epi16(w[v], SHIFT);        \
  UNROLL for (int c = 0; c < T; c++) {                                             \
    const int16_t *table = t + T * FROM + c * SIZE;                                \
    UNROLL for (int v = 0; v < V; v++) s[c][v] = _mm512_add_epi16(s[c][v], PICK);  \
  }
#define OF_32 _mm512_permutexvar_epi16(w[v], _mm512_loadu_si512(table))
#define OF_64 _mm512_permutex2var_epi16(_mm512_loadu_si512(table), w[v], _mm512_loadu_si512(table + 32))

// 2 * V positions (the last one again where there are fewer) times a block of 16 targets, four of these in registers at once.
#define TILE(V)                                                                                                \
  static void tile_##V(const ck_tables *d, long at, long block, void *acc, int bits) {                         \
    _Alignas(64) int16_t sums[16][V][32];                                                                      \
    const long count = d->positions - at < 2 * V ? d->positions - at : 2 * V;                                  \
    const uint16_t *x[2 * V];                                                                                  \
    UNROLL for (int p = 0; p < 2 * V; p++) x[p] = d->x + d->bases[at + (p < count ? p : count - 1)];           \
    const int16_t *t = d->tables + block * 16 * d->taps * d->words * 128;                                      \
    for (long four = 0; four < 16; four += 4) {                                                                \
      __m512i s[4][V];                                                                                         \
      UNROLL for (int c = 0; c < 4; c++) UNROLL for (int v = 0; v < V; v++) s[c][v] = _mm512_setzero_si512();  \
      for (long tap = 0; tap < d->taps; tap++) {                                                               \
        const long from = d->offsets[tap], end = from + d->words * 16;                                         \
        for (long word = from; word < end; word += 16, t += 4 * 128) {                                         \
          __m512i w[V];                                                                                        \
          UNROLL for (int v = 0; v < V; v++)                                                                   \
            w[v] = _mm512_inserti64x4(                                                                         \
              _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i *)(x[2 * v] + word))),                  \
              _mm256_loadu_si256((const __m256i *)(x[2 * v + 1] + word)), 1);                                  \
          LOOK_UP(4, V, 0, 64, 0, OF_64)                                                                       \
          LOOK_UP(4, V, 64, 32, 6, OF_32)                                                                      \
          LOOK_UP(4, V, 96, 32, 5, OF_32)                                                                      \
        }                                                                                                      \
      }                                                                                                        \
      UNROLL for (int c = 0; c < 4; c++) UNROLL for (int v = 0; v < V; v++)                                    \
        _mm512_store_si512(sums[four + c][v], s[c][v]);                                                        \
    }                                                                                                          \
    const __m256i factors =                                                                                    \
      d->factors ? _mm256_loadu_si256((const __m256i *)(d->factors + block * 16)) : _mm256_set1_epi16(1);      \
    for (long v = 0; 2 * v < count; v++) {                                                                     \
      __m512i r[16], low[8], high[8];                                                                          \
      UNROLL for (int c = 0; c < 16; c++) r[c] = _mm512_load_si512(sums[c][v]);                                \
      transpose(r, low, high);                                                                                 \
      const long to = (at + 2 * v) * d->padded + block * 16, left = count - 2 * v;                             \
      if (bits == 32) add_steps(d, acc, to, low, high, left, factors, 32, 1);                                  \
      else if (d->factors) add_steps(d, acc, to, low, high, left, factors, 16, 1);                             \
      else add_steps(d, acc, to, low, high, left, factors, 16, 0);                                             \
    }                                                                                                          \
  }
TILE(4)
TILE(2)
TILE(1)

void ck_tables_deliver(const ck_tables *d, void *accumulators, int bits) {
  for (long block = 0; block < d->blocks; block++) {
    for (long at = 0; at < d->positions;) {
      const long left = d->positions - at;
      if (left > 4) tile_4(d, at, block, accumulators, bits), at += 8;
      else if (left > 2) tile_2(d, at, block, accumulators, bits), at += 4;
      else tile_1(d, at, block, accumulators, bits), at += 2;
    }
  }
}

void ck_write_words(
  const uint16_t *const *masks, long pixels, long words, long used, const uint32_t *places, uint16_t *x) {
  for (long first = 0, all = pixels * words; first < all; first += 16) {
    const long left = all - first < 16 ? all - first : 16;
    const __mmask16 taken = (__mmask16)((1u << left) - 1);
    __m512i r[16], low[8], high[8];
    UNROLL for (int step = 0; step < 16; step++)
      r[step] = _mm512_castsi256_si512(
        masks[step] ? _mm256_maskz_loadu_epi16(taken, masks[step] + first) : _mm256_setzero_si256());
    transpose(r, low, high);
    UNROLL for (int i = 0; i < 16; i++) {
      const long pixel = (first + i) / words, word = (first + i) % words;
      if (i >= left || word >= used) continue;
      _mm256_storeu_si256(
        (__m256i *)(x + places[pixel] + word * 16), _mm512_castsi512_si256(i < 8 ? low[i] : high[i - 8]));
    }
  }
}
#pragma clang attribute pop
#else
void ck_tables_deliver(const ck_tables *d, void *accumulators, int bits) { (void)d, (void)accumulators, (void)bits; }
void ck_write_words(
  const uint16_t *const *masks, long pixels, long words, long used, const uint32_t *places, uint16_t *x) {
  (void)masks, (void)pixels, (void)words, (void)used, (void)places, (void)x;
}
#endif
