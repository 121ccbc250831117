// The file of an Autocrypt Setup Message, and its code. The key was made and encrypted by gpg 2.2.

#pragma once

#include <string>

namespace coi::test {

inline const std::string setup_code = "1742-0185-6197-1303-7016-8412-3581-4441-0597";

inline const std::string armoured = R"(-----BEGIN PGP MESSAGE-----
Passphrase-Format: numeric9x4
Passphrase-Begin: 17

jA0ECQMCyq5V6Kzu9+5g0sKeAcSovVkl/fI1Duyxuu+7PwCOOtwXMMXtPVhcUw9M
C8gRcBrVNCOgedgIQn3FcaNo40U9wcY1+Wn52XuZUmKK/Cwo7gn+YhhoDZO5YHUF
WD+nGC8lNk3akK8uf/g9jI8QClOoLGRdWDcp6WECCtD//k4C/iY8e0GV9moazsC1
TnpF6Op/F6w/DN5wcpZtF0w9WUOHcmjdippLPiSGtQT2yDraJgAICR/JQzxrFbdx
kt5zQNcMG0rmZeMo0xyVaBY6TfK2pXGLJY4KOxxzdFwAsMlRk3p9Xm24ehi9daFR
5DM0FAmUGVycavTGieaRWDUw8Q4n90MbwLijh7HvfU1eRk64tNrDo+wRzbDOoxLC
lPa7YejwTOzGUPsUM36Nqsdz5xl6ZNfdeOb/JgrVy4CfDTxKNZMFvxMBrmslbmSl
7FgaCnQnR+1B6eS5yz7E+un2BRqL3cuKlQRERCP727cmK73XfEzYX35bL6vGtsN7
WoZqlhc7fEXUrXVuwcKc9X+6+k3J8WZZiTTxKDXrB12O/MsMyGw0yTAyj8ZF9z2D
QEoxawdPwljooFvc1wlYIUnTCfDWtJnoTK8VWTOkGMeHONCTgAZUCQYVkf+xrMM/
ZMpeYRbi22PQWBaIOHhhn6mumSnzdTtOVo5BMk+FthtoKdMVonMmvH/LSA/Omzx1
QuW8DXAk5TtYIFjs9SUZPngFrotqnl9pbXh0QiaqMSsu5i5Rj2XboNpx6MKZE/0e
r8CQciufQ0DuHR9r/hTWWfVh/o1cXwumCQfLeMZW1r/EOf3+fAlMRZ2e0ZC0Fu/a
ORDDfzCEsFc4mvYadJ/fw3YoziKxe2zlSA5T7oUJvJ/ao8FcQrIgZCq5ZZtRIk2o
j2h9zwC2ZPiqLaQpS1g7995/2x6euJL3kM0mJrsupX6lrW/pFEPaxd6+13Ba4nHD
Dk96S1v6th4bMn5vvor4fGr+n+YfD/70UXanpvLo+v2moQHYBVcIlkMX3eWoW7t9
DKoMPLWBQft4sSaCJTlc5WADsRL9rGkkmlW6Qlre6MvjhmXyCxkdlHs+JJPPdAV2
hlAkjEz0Ar07vTpf9zBg3yrboZAVosA2+iywvGUkM+Fw2NiXEtNuHHLf6c0u84UT
7WliKdnoN7x3cNhCp2ntEw==
=qdVT
-----END PGP MESSAGE-----)";

}  // namespace coi::test
