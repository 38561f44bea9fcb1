# How everything here is compiled, and the one function a module needs.

include(GNUInstallDirs)

option(JUNCTOR_TESTS "Build the tests" ON)
set(JUNCTOR_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, for example address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
# All is built with -fPIC for the modules' sake; this lets the compiler inline our own functions all the same.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG -fno-semantic-interposition")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Werror)
# g++ 12 sees these three where there are none once it optimises std::string and std::variant (GCC bugs 105651, 105593).
add_compile_options($<$<CONFIG:Release>:-Wno-array-bounds> $<$<CONFIG:Release>:-Wno-maybe-uninitialized>
                    $<$<CONFIG:Release>:-Wno-restrict>)
include_directories(${PROJECT_SOURCE_DIR})

if(JUNCTOR_SANITIZE)
  # vptr would need the type information of libraries that hide theirs (SOCI).
  # Not optimised: that doubles the time to compile, and the tests wait for nothing else.
  # What a sanitizer finds ends the program: a report in a log would fail no test.
  add_compile_options(-fsanitize=${JUNCTOR_SANITIZE} -fno-sanitize=vptr -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${JUNCTOR_SANITIZE} -fno-sanitize=vptr)
  # g++ 12 reports false positives of these two when it instruments.
  add_compile_options(-Wno-maybe-uninitialized -Wno-tsan)
  # Eight sources as one take half the time. g++ then takes a source for a header, whose classes should have no fields of an
  # unnamed namespace.
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)
  add_compile_options(-Wno-subobject-linkage)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers stay cacheable with these.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  add_compile_options(-fpch-preprocess)
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(FMT REQUIRED IMPORTED_TARGET fmt)
pkg_check_modules(OSIP REQUIRED IMPORTED_TARGET libosip2)
pkg_check_modules(SSL REQUIRED IMPORTED_TARGET libcrypto libssl)
pkg_check_modules(CARES REQUIRED IMPORTED_TARGET libcares)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(MARIADB REQUIRED IMPORTED_TARGET libmariadb)
pkg_check_modules(POSTGRES REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)

# junctor_module(NAME source...): modules/NAME becomes NAME.so, which exports its entry point alone, and the object
# library NAME_objects, which tests link; both from one list and compiled once.
function(junctor_module name)
  cmake_parse_arguments(ARG "" "" "LIBRARIES" ${ARGN})
  add_library(${name}_objects OBJECT ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name}_objects PUBLIC core_interface ${ARG_LIBRARIES})
  target_precompile_headers(${name}_objects REUSE_FROM core)
  add_library(${name} MODULE $<TARGET_OBJECTS:${name}_objects>)
  target_link_libraries(${name} PRIVATE ${ARG_LIBRARIES})
  target_link_options(${name} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/module.map)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so"
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/junctor/modules)
  install(TARGETS ${name} DESTINATION ${CMAKE_INSTALL_LIBDIR}/junctor/modules)
  set_property(GLOBAL APPEND PROPERTY JUNCTOR_MODULES ${name})
endfunction()
