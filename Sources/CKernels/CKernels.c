// Three compilations of the same kernels, and the choice between them. No flags in the manifest: the instruction set is
// an attribute of each function, so one binary runs on every processor of its architecture.
#include "CKernels.h"
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("unroll")
#define PASTE_(a, b) a##_##b
#define PASTE(a, b) PASTE_(a, b)

#define NAME(x) PASTE(LEVEL(x), W)
#define L (BYTES / 4)
#define WIDE(x) __builtin_convertvector((NAME(s16))(x), NAME(u32))
#define ADD(T, at, x) (*(NAME(T) *)((char *)acc + (at) * (long)sizeof((NAME(T)){}[0])) += (x))

// Sums of T vectors of consecutive lanes over the spikes a ..< b in registers, then one addition in memory for each.
// `n`: vectors of a tap where that is one block, and a tile holds whole taps; 0: any number. (n | !n): n, or 1.
#define TILE(T)                                                                                  \
  while (left >= T && T % (n | !n) == 0) {                                                       \
    NAME(u16) s[T] = {}, h[T] = {};                                                              \
    NAME(u32) z[T] = {};                                                                         \
    for (long i = a; i < b; i++) {                                                               \
      const int16_t *row = w + (size_t)d->rows[i] * (size_t)stride;                              \
      const uint32_t p = pay ? (uint32_t)d->payloads[i] : 1;                                     \
      UNROLL for (int k = 0; k < T; k++) {                                                       \
        const NAME(s16) x = *(const NAME(s16) *)(row + k * W), y = x >> 8;                       \
        if (bits == 0) z[k] += WIDE(x) * p;                                                      \
        else s[k] += (NAME(u16))x * (uint16_t)p, h[k] += (NAME(u16))y * (uint16_t)p;             \
      }                                                                                          \
    }                                                                                            \
    UNROLL for (int k = 0; k < T; k++) {                                                         \
      const long any = *target + lane + (bits == 0 ? 0 : lane & -half),                          \
                 at = n ? target[k / (n | !n)] + k % (n | !n) * W : any;                         \
      const NAME(u16) low = s[k] - (h[k] << 8) - offset;                                         \
      if (bits == 0) ADD(u32, at, z[k]);                                                         \
      else if (factors) {                                                                        \
        const int16_t *f = factors + (n ? k % (n | !n) * W : lane + (lane & -half));             \
        const NAME(s16) f0 = *(const NAME(s16) *)f, f1 = *(const NAME(s16) *)(f + half);         \
        if (bits == 16) ADD(u16, at, low * (NAME(u16))f0), ADD(u16, at + half, h[k] * (NAME(u16))f1); \
        else ADD(u32, at, WIDE(low) * WIDE(f0)), ADD(u32, at + half, WIDE(h[k]) * WIDE(f1));     \
      } else if (bits == 16) ADD(u16, at, low), ADD(u16, at + half, h[k]);                       \
      else ADD(u32, at, WIDE(low)), ADD(u32, at + half, WIDE(h[k]));                             \
      if (!n && (lane += W) == lanes) lane = 0, target++;                                        \
    }                                                                                            \
    target += n ? T / (n | !n) : 0, w += T * W, left -= T;                                       \
  }

#define DELIVER(BITS, N) \
  d->payloads ? NAME(deliver_body)(d, acc, BITS, 1, 0) : NAME(deliver_body)(d, acc, BITS, 0, N)
// A kernel for each combination that the engine uses.
#define CASE(F)                                                                              \
  case F:                                                                                    \
    if (u->narrow && !u->wide && drive) return LEVEL(step_body)(u, F, 1, 0, 1, saturations); \
    if (u->narrow && !u->wide) return LEVEL(step_body)(u, F, 1, 0, 0, saturations);          \
    if (u->wide) return LEVEL(step_body)(u, F, u->narrow != 0, 1, drive, saturations);       \
    return LEVEL(step_body)(u, F, 0, 0, drive, saturations);
#define CASES(F) CASE(CK_INTEGRATE | F) CASE(CK_INTEGRATE | CK_SATURATE | F)

// An update without leak and phase, of so many masks together as registers hold.
#define PLAIN 32
#define LEVEL(x) x##_base
#define BYTES 16
#define TOGETHER 1
#define TILES(X) X(4) X(2) X(1)
#define ROWS 2
#define VECTORS 1
#include "Level.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2,popcnt,lzcnt"))), apply_to = function)
#define LEVEL(x) x##_avx2
#define BYTES 32
#define TOGETHER 2
#define TILES(X) X(6) X(4) X(3) X(2) X(1)
#define ROWS 4
#define VECTORS 1
#include "Level.h"
#pragma clang attribute pop

#define AVX512 "avx2,fma,bmi,bmi2,popcnt,lzcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512cd"
#pragma clang attribute push(__attribute__((target(AVX512))), apply_to = function)
#define LEVEL(x) x##_avx512
#define BYTES 64
#define TOGETHER 4
#define TILES(X) X(13) X(12) X(9) X(6) X(3) X(2) X(1)
#define ROWS 8
#define VECTORS 3
#include "Level.h"

long ck_collect(
  const uint16_t *masks, const uint32_t *order, long pixels, long padded, uint32_t first, long most, uint32_t *out_pixels,
  uint32_t *out_ends, uint32_t *channels, uint8_t *counts) {
  const long words = padded / 16;
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  uint32_t *out = channels;
  long written = 0;
  for (long next = 0; next < pixels && written < most; next++) {
    const uint32_t pixel = order ? order[next] : (uint32_t)next, *before = out;
    const uint16_t *mask = masks + pixel * words;
    for (long k = 0; k < words; k++) {
      if (counts) {
        __m128i *count = (__m128i *)(counts + pixel * padded + k * 16);
        const __m128i x = _mm_loadu_si128(count);
        _mm_storeu_si128(count, _mm_mask_add_epi8(x, mask[k], x, _mm_set1_epi8(1)));
      }
      const __m512i index = _mm512_add_epi32(lane, _mm512_set1_epi32((int)(k * 16)));
      const int n = __builtin_popcount(mask[k]);
      _mm512_mask_storeu_epi32(out, (__mmask16)((1u << n) - 1), _mm512_maskz_compress_epi32(mask[k], index));
      out += n;
    }
    out_pixels[written] = pixel;
    out_ends[written] = first + (uint32_t)(out - channels);
    written += out != before;
  }
  return written;
}
#pragma clang attribute pop
#define PICK(call) (level >= 2 ? call(avx512) : level == 1 ? call(avx2) : call(base))
#else
#define PICK(call) ((void)level, call(base))
#endif
int ck_best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return 2;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma")) return 1;
#endif
  return 0;
}
#define CALL_DELIVER(x) deliver_##x(d, acc, bits)
#define CALL_PRODUCTS(x) products_##x(p, w, x_, y, bias, rows, vectors)
#define CALL_SCALED(x) add_scaled_##x(x_, y, count, factor, cuts, high)
#define CALL_POOL(x) pool_##x(p, x_, y)
#define CALL_STEP(x) step_##x(u, flags, saturations)
void ck_deliver(int level, const ck_delivery *d, void *acc, int bits) { PICK(CALL_DELIVER); }
long ck_step(int level, const ck_update *u, int flags, long *saturations) { return PICK(CALL_STEP); }
#define CALL_WRITE(x) write_bytes_##x(masks, pixels, words, used, places, starts, members, map)
#define CALL_BITS(x) count_bits_##x(masks, steps, apart, pixels, words, counts)
#define CALL_SPIKES(x) add_spikes_##x(masks, steps, apart, words, totals)
#define CALL_MASKED(x) add_masked_##x(masks, pixels, words, weights, acc, bits)
void ck_write_bytes(
  int level, const uint16_t *masks, long pixels, long words, long used, const uint32_t *places, const uint32_t *starts,
  const uint32_t *members, uint8_t *map) {
  PICK(CALL_WRITE);
}
void ck_count_bits(
  int level, const uint16_t *masks, long steps, long apart, long pixels, long words, ck_found *counts) {
  PICK(CALL_BITS);
}
void ck_add_spikes(int level, const uint16_t *masks, long steps, long apart, long words, uint32_t *totals) {
  PICK(CALL_SPIKES);
}
#define CALL_COURSE(x) course_##x(n, last, count, squares, products)
long ck_course(
  int level, const uint32_t *n, const uint32_t *last, long count, uint64_t *squares, uint64_t *products) {
  return PICK(CALL_COURSE);
}
void ck_add_masked(
  int level, const uint16_t *masks, long pixels, long words, const int32_t *weights, void *acc, int bits) {
  PICK(CALL_MASKED);
}
#define CALL_GATE(x) gate_##x(g)
long ck_gate_step(int level, const ck_gate *g) { return PICK(CALL_GATE); }
#define CALL_FIRE(x) fire_##x(v, sent, count, threshold, negative, more, lanes, up, down)
#define CALL_EXTREMES(x) extremes_##x(values, count, high, low, active)
#define CALL_ABOVE(x) above_##x(values, count, limit, above)
#define CALL_HISTOGRAM(x) histogram_##x(values, count, lanes, scale, last, counts)
#define CALL_CLIP(x) clip_##x(values, count, high)
long ck_fire(
  int level, float *v, float *sent, long count, float threshold, float negative, float more, uint16_t lanes,
  uint16_t *up, uint16_t *down) {
  return PICK(CALL_FIRE);
}
void ck_clip(int level, float *values, long count, float high) { PICK(CALL_CLIP); }
void ck_extremes(int level, const float *values, long count, float *high, float *low, int32_t *active) {
  PICK(CALL_EXTREMES);
}
void ck_above(int level, const float *values, long count, float limit, int32_t *above) { PICK(CALL_ABOVE); }
void ck_histogram(
  int level, const float *values, long count, long lanes, float scale, int32_t last, int32_t *counts) {
  PICK(CALL_HISTOGRAM);
}
void ck_multiply(
  int level, const ck_products *p, const float *w, const float *x_, float *y, const float *bias, long rows,
  long vectors) {
  PICK(CALL_PRODUCTS);
}
void ck_add_scaled(int level, const float *x_, float *y, long count, float factor, int cuts, float high) {
  PICK(CALL_SCALED);
}
void ck_pool_map(int level, const ck_pool *p, const float *x_, float *y) { PICK(CALL_POOL); }
