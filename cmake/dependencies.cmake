# Libraries, all from Debian (packages.txt). None of them ships to a user of the program.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# QuantLib and Highway have no CMake package on Debian 12: one imported target each.
pkg_check_modules(QUANTLIB REQUIRED IMPORTED_TARGET quantlib)
# Debian 13's quantlib.pc asks for -std=c++17 and both for OpenMP: neither is ours to take over (the
# standard is 20, and OpenMP gives false races under the thread sanitizer).
foreach(property INTERFACE_COMPILE_OPTIONS INTERFACE_LINK_OPTIONS)
  get_target_property(options PkgConfig::QUANTLIB ${property})
  if(options)
    list(FILTER options EXCLUDE REGEX "^-std=|^-fopenmp")
    set_target_properties(PkgConfig::QUANTLIB PROPERTIES ${property} "${options}")
  endif()
endforeach()
pkg_check_modules(HWY REQUIRED IMPORTED_TARGET libhwy)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(XLSXWRITER REQUIRED IMPORTED_TARGET xlsxwriter)

# The instruction sets a kernel is built for. Without fused multiply-add the bytes would differ, so
# SSE4 and scalar code are never built: baseline AVX2 on x86, and nothing better than AVX3
# (AVX-512). The expression and not a list of names: Highway 1.0.3 and 1.2 know different ones.
add_library(lien_highway INTERFACE)
target_link_libraries(lien_highway INTERFACE PkgConfig::HWY)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64|amd64")
  target_compile_definitions(lien_highway INTERFACE HWY_BASELINE_TARGETS=HWY_AVX2
                                                    "HWY_DISABLED_TARGETS=(HWY_AVX3-1)")
else()
  # Arm: one set a build, NEON, which every 64-bit Arm has, or what arm_sve.cmake chooses. Without
  # the second definition Highway compiles with the cipher instructions switched on by pragma, which
  # g++ does not extend to the constructors that a struct of vectors gets from the language: it then
  # refuses to inline Highway's own into them.
  target_compile_definitions(lien_highway INTERFACE HWY_COMPILE_ONLY_STATIC TOOLCHAIN_MISS_SYS_AUXV_H)
endif()
