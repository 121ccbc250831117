# A Debian package of what is installed: cpack --preset release makes build/release/coigate_VERSION_ARCH.deb.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME coigate)
set(CPACK_PACKAGE_CONTACT "The coigate project <coigate@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "gateway between Jabber (XMPP) and chat over mail (COI, Delta Chat)")
set(CPACK_PACKAGE_DESCRIPTION "coigate is a component (XEP-0114) of a Jabber server. It makes every mail contact a Jabber contact and every
Jabber user reachable from COI, Delta Chat and ordinary mail, for their own mailboxes or for the server's whole domain.")
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON) # so that the configuration goes to /etc
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd, procps") # /bin/kill, by which systemd reloads it
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "prosody | ejabberd")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "postfix | mail-transport-agent, dovecot-imapd | imap-server")
foreach(script conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_CURRENT_LIST_DIR}/${script})
endforeach()
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
