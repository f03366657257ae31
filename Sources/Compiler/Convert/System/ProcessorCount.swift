#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Processors that are online, at least 1: workers unless told otherwise. Never decides a result.
func processorCount() -> Int {
  max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
}
