#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "chardev/des.h"

/// One block with a vector of zeros is the bare cipher.
extern "C" __attribute__((visibility("default"))) bool rhea_des_encrypt(const unsigned char* key, const unsigned char* plain, unsigned char* cipher) {
    constexpr unsigned kBlock = 8;
    unsigned char key_bytes[kBlock], zeros[kBlock] = {};
    for (unsigned i = 0; i < kBlock; ++i) key_bytes[i] = key[i];
    gnutls_datum_t key_datum{key_bytes, kBlock}, vector{zeros, kBlock};
    gnutls_cipher_hd_t handle = nullptr;
    if (gnutls_cipher_init(&handle, GNUTLS_CIPHER_DES_CBC, &key_datum, &vector) != 0) return false;
    const int error = gnutls_cipher_encrypt2(handle, plain, kBlock, cipher, kBlock);
    gnutls_cipher_deinit(handle);
    return error == 0;
}


