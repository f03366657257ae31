// Dense delivery, compiled for each kind of dot product of bytes. All give the same sums: sources are 0...127, so that
// 16-bit sums of two products are exact and a signed dot product may read them.
#include "CKernels.h"
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("unroll")

typedef int16_t halves __attribute__((vector_size(16)));
typedef uint16_t unsigned_halves __attribute__((vector_size(16)));
typedef int32_t words __attribute__((vector_size(16), aligned(4)));
typedef uint32_t unsigned_words __attribute__((vector_size(16)));

// Without such an instruction: even and odd bytes as 16-bit lanes, then even and odd lanes of the products' sums.
INLINE words dot_plain(words sum, words x, words w) {
  const halves even = ((halves)x & 255) * ((halves)((unsigned_halves)w << 8) >> 8);
  const halves both = even + ((halves)x >> 8) * ((halves)w >> 8);
  return sum + ((words)((unsigned_words)both << 16) >> 16) + ((words)both >> 16);
}
#define KIND(x) x##_plain
#define BYTES 16
#define TILES(X) X(2, 1) X(1, 1)
#define DOT dot_plain
#include "Dense.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define KIND(x) x##_avx2
#define BYTES 32
#define TILES(X) X(4, 1) X(1, 1)
#define DOT(sum, x, w)                                                           \
  ((sum) + (i32_avx2)_mm256_madd_epi16(                                          \
             _mm256_maddubs_epi16((__m256i)(x), (__m256i)(w)), _mm256_set1_epi16(1)))
#include "Dense.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,avxvnni"))), apply_to = function)
#define KIND(x) x##_avxvnni
#define BYTES 32
#define TILES(X) X(6, 1) X(4, 1) X(1, 1)
#define DOT(sum, x, w) \
  ((i32_avxvnni)_mm256_dpbusd_avx_epi32((__m256i)(sum), (__m256i)(x), (__m256i)(w)))
#include "Dense.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512bw,avx512vl,avx512vnni"))), apply_to = function)
#define KIND(x) x##_avx512vnni
#define BYTES 64
#define TILES(X) X(12, 2) X(4, 2) X(1, 2) X(12, 1) X(4, 1) X(1, 1)
#define DOT(sum, x, w) \
  ((i32_avx512vnni)_mm512_dpbusd_epi32((__m512i)(sum), (__m512i)(x), (__m512i)(w)))
#include "Dense.h"
#pragma clang attribute pop

#elif defined(__aarch64__)
#include <arm_neon.h>
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define KIND(x) x##_dotprod
#define BYTES 16
#define TILES(X) X(4, 1) X(1, 1)
#define DOT(sum, x, w) ((i32_dotprod)vdotq_s32((int32x4_t)(sum), (int8x16_t)(x), (int8x16_t)(w)))
#include "Dense.h"
#pragma clang attribute pop
#if defined(__linux__)
#include <sys/auxv.h>
static int has_dot(void) { return (getauxval(AT_HWCAP) >> 20 & 1) != 0; } // HWCAP_ASIMDDP
#else
static int has_dot(void) { return 1; } // Every processor of Apple's with this architecture that runs macOS 15.
#endif
#endif

int ck_has_dense(int kind) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2");
  switch (kind) {
    case CK_DENSE_AVX2: return avx2 != 0;
    case CK_DENSE_AVXVNNI: return avx2 && __builtin_cpu_supports("avxvnni");
    case CK_DENSE_TABLES:
    case CK_DENSE_AVX512VNNI: return __builtin_cpu_supports("x86-64-v4") && __builtin_cpu_supports("avx512vnni");
    case CK_DENSE_AMX: return ck_has_tiles();
  }
#elif defined(__aarch64__)
  if (kind == CK_DENSE_DOTPROD) return has_dot();
#endif
  return kind == CK_DENSE_PLAIN;
}

void ck_dense_deliver(int kind, const ck_dense *d, void *accumulators, int bits) {
  switch (kind) {
#if defined(__x86_64__)
    case CK_DENSE_AVX2: dense_avx2(d, accumulators, bits); return;
    case CK_DENSE_AVXVNNI: dense_avxvnni(d, accumulators, bits); return;
    case CK_DENSE_TABLES:
    case CK_DENSE_AVX512VNNI: dense_avx512vnni(d, accumulators, bits); return;
#elif defined(__aarch64__)
    case CK_DENSE_DOTPROD: dense_dotprod(d, accumulators, bits); return;
#endif
    default: dense_plain(d, accumulators, bits);
  }
}
