# cmake -DOUTPUT=catalogue.cpp "-DCATALOGUES=de.mo;…" -P embed.cmake: writes the bytes of each .mo as C++ strings.
set(arrays "")
set(rows "")
foreach(file ${CATALOGUES})
  get_filename_component(language ${file} NAME_WE)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${hex}")
  # Pieces of 32 bytes, each on its line, for whoever looks at the file.
  string(REGEX REPLACE "(................................................................................................................................)"
    "\"\\1\"\n    " pieces "${bytes}")
  string(REGEX REPLACE "\n    ([^\"]+)$" "\n    \"\\1\"" pieces "${pieces}")
  string(APPEND arrays "constexpr char ${language}[] =\n    ${pieces};\n")
  string(APPEND rows "    {\"${language}\", {${language}, sizeof ${language} - 1}},\n")
endforeach()
file(WRITE ${OUTPUT} "#include \"po/catalogue.h\"\n\nnamespace po {\nnamespace {\n\n${arrays}\n"
  "constexpr Catalogue all[] = {\n${rows}};\n\n}  // namespace\n\n"
  "std::span<const Catalogue> catalogues() { return all; }\n\n}  // namespace po\n")
