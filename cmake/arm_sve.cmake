# SVE in place of NEON for the kernels of a 64-bit Arm build: LIEN_ARM_SVE names the vectors.
#
#   sve2_128   Neoverse N2 and V2, Grace, Graviton 4
#   sve_256    Neoverse V1, Graviton 3
#   sve2_256   no CPU of today: tests, under an emulator
#
# The compiler is told the length, since vectors of no fixed size cannot be members of the kernels'
# structs; so one build is for one length, and on another the program ends with a message. Only
# sources that include Highway are compiled so: the rest of the program runs anywhere, to say it.
set(LIEN_ARM_SVE "" CACHE STRING "kernels for SVE: sve2_128, sve_256, sve2_256; empty for NEON")
set_property(CACHE LIEN_ARM_SVE PROPERTY STRINGS "" sve2_128 sve_256 sve2_256)

if(LIEN_ARM_SVE)
  if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
    message(FATAL_ERROR "LIEN_ARM_SVE is for 64-bit Arm; this build is for ${CMAKE_SYSTEM_PROCESSOR}")
  endif()
  if(NOT LIEN_ARM_SVE MATCHES "^(sve2_128|sve_256|sve2_256)$")
    message(FATAL_ERROR "LIEN_ARM_SVE is '${LIEN_ARM_SVE}'; it can be sve2_128, sve_256 or sve2_256")
  endif()
  string(REGEX MATCH "^(sve2?)_([0-9]+)$" LIEN_ARM_SVE_PARTS "${LIEN_ARM_SVE}")
  set(LIEN_ARM_SVE_OPTIONS -march=armv8.2-a+${CMAKE_MATCH_1} -msve-vector-bits=${CMAKE_MATCH_2})
endif()

# Compiles those sources of the targets that include Highway for LIEN_ARM_SVE, without the
# precompiled header, whose options are the rest's.
function(lien_arm_sve)
  foreach(target IN LISTS ARGN)
    if(NOT LIEN_ARM_SVE OR NOT TARGET ${target})
      continue()
    endif()
    get_target_property(sources ${target} SOURCES)
    get_target_property(folder ${target} SOURCE_DIR)
    foreach(source IN LISTS sources)
      get_filename_component(source "${source}" ABSOLUTE BASE_DIR "${folder}")
      file(STRINGS "${source}" kernel REGEX "#include \"(hwy/|.*-inl\\.h\")" LIMIT_COUNT 1)
      if(kernel)
        set_source_files_properties("${source}" TARGET_DIRECTORY ${target}
                                    PROPERTIES COMPILE_OPTIONS "${LIEN_ARM_SVE_OPTIONS}"
                                               SKIP_PRECOMPILE_HEADERS ON)
      endif()
    endforeach()
  endforeach()
endfunction()
