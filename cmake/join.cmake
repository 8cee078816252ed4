# A build from nothing in half the time: sources are compiled a dozen at once, as join_sources.py
# groups them. An edit then compiles its whole group again, so nobody gets it unasked: ./check and
# ./demo ask for it in a build folder that they make themselves. The program is the same either way.
option(LIEN_JOIN "compile sources in groups: a whole build is faster, an edit's slower" OFF)

# lien_join(TARGET [--scoped]): replaces the target's sources by groups of them. Last of all, when
# every folder has added its own.
function(lien_join target)
  if(NOT LIEN_JOIN)
    return()
  endif()
  find_program(LIEN_PYTHON python3 HINTS /usr/bin)
  if(NOT LIEN_PYTHON)
    message(STATUS "${target}: every source by itself, since there is no python3")
    return()
  endif()
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  get_target_property(binaries ${target} BINARY_DIR)
  set(candidates "")
  foreach(source IN LISTS sources)
    get_filename_component(source "${source}" ABSOLUTE BASE_DIR "${folder}")
    get_source_file_property(definitions "${source}" TARGET_DIRECTORY ${target} COMPILE_DEFINITIONS)
    get_source_file_property(options "${source}" TARGET_DIRECTORY ${target} COMPILE_OPTIONS)
    if(NOT definitions AND NOT options)
      list(APPEND candidates "${source}")
    endif()
  endforeach()
  list(SORT candidates)
  execute_process(COMMAND "${LIEN_PYTHON}" -B "${PROJECT_SOURCE_DIR}/cmake/join_sources.py" ${ARGN}
                          "${binaries}/joined" ${candidates}
                  OUTPUT_VARIABLE groups OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE "\n" ";" groups "${groups}")
  set(joined "${groups}")
  list(FILTER joined INCLUDE REGEX "^joined ")
  list(TRANSFORM joined REPLACE "^joined " "")
  set(headers "${groups}")
  list(FILTER headers INCLUDE REGEX "^read ")
  list(TRANSFORM headers REPLACE "^read " "")
  list(FILTER groups INCLUDE REGEX "^alone ")
  list(TRANSFORM groups REPLACE "^alone " "")
  list(REMOVE_ITEM candidates ${groups})
  set_source_files_properties(${candidates} TARGET_DIRECTORY ${target}
                              PROPERTIES HEADER_FILE_ONLY ON)
  target_sources(${target} PRIVATE ${joined})
  # An edit, to a header too, may change what fits together; and the copies of --scoped are written
  # anew.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${candidates} ${groups} ${headers}
                                         "${PROJECT_SOURCE_DIR}/cmake/join_sources.py")
endfunction()
