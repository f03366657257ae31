// Dense delivery by matrix instructions (AMX): 16 rows of 64 source bytes times 64 sources of 16 targets in one.
#include "CKernels.h"
#if defined(__x86_64__) && defined(__linux__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#define INLINE static inline __attribute__((always_inline))

// Leaf 7, EDX bits 24 and 25. The system gives a process the registers when it asks (arch_prctl, ARCH_REQ_XCOMP_PERM, 18).
int ck_has_tiles(void) {
  unsigned a, b, c, d;
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("x86-64-v4") || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  if (!(d >> 24 & 1) || !(d >> 25 & 1)) return 0;
  return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
}

#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512bw,avx512vl,amx-tile,amx-int8"))), apply_to = function)

// Adds the sums of a tile's first rows in memory.
INLINE void add(const ck_tiles *t, const int32_t *sums, long position, long rows, long block, void *acc, int bits) {
  const __m512i start = _mm512_loadu_si512(t->starts + block * 16);
  const __m512i factors =
    t->factors ? _mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)(t->factors + block * 16))) : _mm512_set1_epi32(1);
  long at = position * t->padded + block * 16;
  for (long row = 0; row < rows; row++, at += t->row_lanes) {
    __m512i sum = _mm512_add_epi32(_mm512_load_si512(sums + row * 16), start);
    if (t->factors) sum = _mm512_mullo_epi32(sum, factors);
    if (bits == 16) {
      __m256i *to = (__m256i *)((int16_t *)acc + at);
      _mm256_storeu_si256(to, _mm256_add_epi16(_mm256_loadu_si256(to), _mm512_cvtepi32_epi16(sum)));
    } else {
      int32_t *to = (int32_t *)acc + at;
      _mm512_storeu_si512(to, _mm512_add_epi32(_mm512_loadu_si512(to), sum));
    }
  }
}

// `items` (1 or 2) groups of positions times `wide` (1 or 2) blocks of targets, over all sources.
INLINE void multiply(
  const ck_tiles *t, const long *at, const long *rows, long block, const int items, const int wide, void *acc, int bits) {
  _Alignas(64) int32_t sums[256];
  const uint8_t *x0 = t->x + t->bases[at[0]], *x1 = t->x + t->bases[at[items - 1]];
  const int8_t *w0 = t->weights + block * t->chunks * 1024, *w1 = w0 + t->chunks * 1024;
  _tile_zero(0);
  if (wide > 1) _tile_zero(1);
  if (items > 1) _tile_zero(2);
  if (items > 1 && wide > 1) _tile_zero(3);
  for (long chunk = 0; chunk < t->chunks; chunk++, w0 += 1024, w1 += 1024) {
    const uint32_t offset = t->offsets[chunk];
    _tile_loadd(4, x0 + offset, t->row_bytes);
    _tile_loadd(6, w0, 64);
    _tile_dpbusd(0, 4, 6);
    if (wide > 1) {
      _tile_loadd(7, w1, 64);
      _tile_dpbusd(1, 4, 7);
    }
    if (items > 1) {
      _tile_loadd(5, x1 + offset, t->row_bytes);
      _tile_dpbusd(2, 5, 6);
      if (wide > 1) _tile_dpbusd(3, 5, 7);
    }
  }
  _tile_stored(0, sums, 64), add(t, sums, at[0], rows[0], block, acc, bits);
  if (wide > 1) _tile_stored(1, sums, 64), add(t, sums, at[0], rows[0], block + 1, acc, bits);
  if (items > 1) _tile_stored(2, sums, 64), add(t, sums, at[1], rows[1], block, acc, bits);
  if (items > 1 && wide > 1) _tile_stored(3, sums, 64), add(t, sums, at[1], rows[1], block + 1, acc, bits);
}

// Four groups times one block: as many sums in flight as a matrix instruction needs.
INLINE void multiply_four(const ck_tiles *t, const long *at, const long *rows, long block, void *acc, int bits) {
  _Alignas(64) int32_t sums[256];
  const uint8_t *x0 = t->x + t->bases[at[0]], *x1 = t->x + t->bases[at[1]];
  const uint8_t *x2 = t->x + t->bases[at[2]], *x3 = t->x + t->bases[at[3]];
  const int8_t *w = t->weights + block * t->chunks * 1024;
  _tile_zero(0), _tile_zero(1), _tile_zero(2), _tile_zero(3);
  for (long chunk = 0; chunk < t->chunks; chunk++, w += 1024) {
    const uint32_t offset = t->offsets[chunk];
    _tile_loadd(6, w, 64);
    _tile_loadd(4, x0 + offset, t->row_bytes), _tile_dpbusd(0, 4, 6);
    _tile_loadd(5, x1 + offset, t->row_bytes), _tile_dpbusd(1, 5, 6);
    _tile_loadd(4, x2 + offset, t->row_bytes), _tile_dpbusd(2, 4, 6);
    _tile_loadd(5, x3 + offset, t->row_bytes), _tile_dpbusd(3, 5, 6);
  }
  _tile_stored(0, sums, 64), add(t, sums, at[0], rows[0], block, acc, bits);
  _tile_stored(1, sums, 64), add(t, sums, at[1], rows[1], block, acc, bits);
  _tile_stored(2, sums, 64), add(t, sums, at[2], rows[2], block, acc, bits);
  _tile_stored(3, sums, 64), add(t, sums, at[3], rows[3], block, acc, bits);
}

INLINE void deliver(const ck_tiles *t, void *acc, int bits) {
  for (long position = 0; position < t->positions;) {
    long at[4], rows[4], items = 0;
    for (; items < 4 && position < t->positions; items++) {
      const long line = t->width - (t->column + position) % t->width, all = t->positions - position;
      const long left = line < all ? line : all, taken = left < t->group ? left : t->group;
      at[items] = position, rows[items] = t->group == 1 ? t->rows : taken;
      position += taken;
    }
    const long paired = items == 4 ? t->blocks & ~1 : t->blocks;
    for (long item = 0; item < items; item += 2) {
      long block = 0;
      if (item + 2 <= items) {
        for (; block + 2 <= paired; block += 2) multiply(t, at + item, rows + item, block, 2, 2, acc, bits);
        for (; block < paired; block++) multiply(t, at + item, rows + item, block, 2, 1, acc, bits);
      } else {
        for (; block + 2 <= paired; block += 2) multiply(t, at + item, rows + item, block, 1, 2, acc, bits);
        for (; block < paired; block++) multiply(t, at + item, rows + item, block, 1, 1, acc, bits);
      }
    }
    if (paired < t->blocks) multiply_four(t, at, rows, paired, acc, bits);
  }
}

void ck_tiles_deliver(const ck_tiles *t, void *accumulators, int bits) {
  struct { uint8_t palette, start_row, reserved[14]; uint16_t row_bytes[16]; uint8_t rows[16]; } shape = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) shape.row_bytes[tile] = 64, shape.rows[tile] = tile < 6 ? t->rows : 16;
  _tile_loadconfig(&shape);
  if (bits == 16) deliver(t, accumulators, 16);
  else deliver(t, accumulators, 32);
  _tile_release();
}
#pragma clang attribute pop
#else
int ck_has_tiles(void) { return 0; }
void ck_tiles_deliver(const ck_tiles *t, void *accumulators, int bits) { (void)t, (void)accumulators, (void)bits; }
#endif
