#pragma once
/// -preconfig: monitors are served before the board is built, and x-exit-preconfig builds it.
#include <functional>
#include <utility>

namespace rhea {

class Preconfig {
public:
    /// What x-exit-preconfig does, once.
    void wait_for(std::function<void()> build) { build_ = std::move(build); }
    bool waiting() const { return static_cast<bool>(build_); }
    void leave() {
        const auto build = std::exchange(build_, {});
        build();
    }

private:
    std::function<void()> build_;
};

}  // namespace rhea
