// Three compilations of the same kernels, and the choice between them. No machine flags in the manifest: the instruction
// set is an attribute of each function, so one binary runs on every processor of its architecture.
#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))

#define LEVEL(x) x##_base
#define BYTES 16
#define TILE 4
#include "Level.h"
#undef LEVEL
#undef BYTES
#undef TILE

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt"))), apply_to = function)
#define LEVEL(x) x##_avx2
#define BYTES 32
#define TILE 6
#include "Level.h"
#undef LEVEL
#undef BYTES
#undef TILE
#pragma clang attribute pop

#define AVX512 "avx2,bmi,bmi2,popcnt,lzcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512cd"
#pragma clang attribute push(__attribute__((target(AVX512))), apply_to = function)
#define LEVEL(x) x##_avx512
#define BYTES 64
#define TILE 9
#include "Level.h"

static long collect_avx512(
  const uint16_t *masks, long pixels, long padded, uint32_t first, uint32_t *out_pixels, uint32_t *out_ends,
  uint32_t *channels, uint8_t *counts) {
  const long words = padded / 16;
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  uint32_t *out = channels;
  long written = 0;
  for (long pixel = 0; pixel < pixels; pixel++, masks += words) {
    const uint32_t *before = out;
    for (long k = 0; k < words; k++, counts += 16) {
      const __m128i count = _mm_loadu_si128((const __m128i *)counts);
      _mm_storeu_si128((__m128i *)counts, _mm_mask_add_epi8(count, masks[k], count, _mm_set1_epi8(1)));
      const __m512i index = _mm512_add_epi32(lane, _mm512_set1_epi32((int)(k * 16)));
      _mm512_storeu_si512(out, _mm512_maskz_compress_epi32(masks[k], index));
      out += __builtin_popcount(masks[k]);
    }
    out_pixels[written] = (uint32_t)pixel;
    out_ends[written] = first + (uint32_t)(out - channels);
    written += out != before;
  }
  return written;
}
#pragma clang attribute pop
#define PICK(call) (level >= 2 ? call(avx512) : level == 1 ? call(avx2) : call(base))
#else
#define PICK(call) call(base)
#endif

int ck_best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("bmi2"))
    return 2;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return 1;
#endif
  return 0;
}

#define CALL_PAIRS16(x) pairs_##x(d, acc, 16)
#define CALL_PAIRS32(x) pairs_##x(d, acc, 32)
#define CALL_WIDE(x) wide_##x(d, acc)
#define CALL_STEP(x) step_##x(u, flags, saturations)
void ck_pairs16(int level, const ck_delivery *d, int16_t *acc) { (void)level, PICK(CALL_PAIRS16); }
void ck_pairs32(int level, const ck_delivery *d, int32_t *acc) { (void)level, PICK(CALL_PAIRS32); }
void ck_wide(int level, const ck_delivery *d, int32_t *acc) { (void)level, PICK(CALL_WIDE); }
long ck_step(int level, const ck_update *u, int flags, long *saturations) { return PICK(CALL_STEP); }

long ck_collect(
  int level, const uint16_t *masks, long pixels, long padded, uint32_t first, uint32_t *out_pixels, uint32_t *out_ends,
  uint32_t *channels, uint8_t *counts) {
#if defined(__x86_64__)
  if (level >= 2) return collect_avx512(masks, pixels, padded, first, out_pixels, out_ends, channels, counts);
#endif
  (void)level;
  const long words = padded / 16;
  uint32_t *out = channels;
  long written = 0;
  for (long pixel = 0; pixel < pixels; pixel++, masks += words) {
    const uint32_t *before = out;
    for (long k = 0; k < words; k++, counts += 16)
      for (uint32_t bits = masks[k]; bits != 0; bits &= bits - 1) {
        const uint32_t bit = (uint32_t)__builtin_ctz(bits);
        *out++ = (uint32_t)(k * 16) + bit;
        counts[bit]++;
      }
    out_pixels[written] = (uint32_t)pixel;
    out_ends[written] = first + (uint32_t)(out - channels);
    written += out != before;
  }
  return written;
}
