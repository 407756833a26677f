#include "chardev/des.h"

#include "qobject/module.h"

namespace rhea {

DesCipher des_cipher() {
    static const auto cipher = reinterpret_cast<DesCipher>(module_symbol("tls", kDesCipher));
    return cipher;
}

}  // namespace rhea
