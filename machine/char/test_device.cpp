#include "machine/char/test_device.h"

#include "machine/char/own_chardevs.h"

namespace rhea {

void TestDevice::received(std::string_view bytes) {
    for (const char c : bytes) {
        if (c >= '0' && c <= '9') {
            number_ = number_ * 10 + static_cast<std::uint32_t>(c - '0');
            continue;
        }
        const std::uint32_t number = std::exchange(number_, 0);
        if (c == 'q') return owner_.exit(static_cast<int>((number << 1 | 1) & 0xff));
    }
}

}  // namespace rhea
