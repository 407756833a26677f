#pragma once
/// DES, which only VNC's passwords still ask for. The work is GnuTLS's, in the module of TLS.

namespace rhea {

/// Encrypts one block: each of the three has 8 bytes. False: the library refuses.
using DesCipher = bool (*)(const unsigned char* key, const unsigned char* plain, unsigned char* cipher);
/// Null: there is no such module.
DesCipher des_cipher();

/// Its name in the module.
inline constexpr const char* kDesCipher = "rhea_des_encrypt";

}  // namespace rhea
