# cmake -DOUTPUT=catalogue.cpp "-DCATALOGUES=de.mo;…" -P embed.cmake: writes the bytes of each .mo as a C++ array.
set(arrays "")
set(rows "")
foreach(file ${CATALOGUES})
  get_filename_component(language ${file} NAME_WE)
  file(READ ${file} hex HEX)
  # An array and not a string: compilers need not take strings of more than 64 KiB. 32 bytes on a line.
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(REPEAT "'.x..'," 32 line)
  string(REGEX REPLACE "(${line})" "\\1\n    " bytes "${bytes}")
  string(APPEND arrays "constexpr char ${language}[] = {\n    ${bytes}};\n")
  string(APPEND rows "    {\"${language}\", {${language}, sizeof ${language}}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"po/catalogue.h\"\n\nnamespace po {\nnamespace {\n\n${arrays}\n"
  "constexpr Catalogue all[] = {\n${rows}};\n\n}  // namespace\n\n"
  "std::span<const Catalogue> catalogues() { return all; }\n\n}  // namespace po\n")
