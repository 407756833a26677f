#include "machine/objects/iothread.h"

#include <unistd.h>

#include <future>
#include <limits>

#include <fmt/format.h>

#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

Result<void> check_range(const qom::Property& property, const QObject& value) {
    std::int64_t number = 0;
    if (value.number() && value.number()->get_int(number) && number >= 0) return {};
    return fail(fmt::format("{} value must be in range [0, {}]", property.name, kMost));
}

Result<QObject> not_negative(const qom::Type&, const qom::Property& property, QObject value) {
    RHEA_CHECK(check_range(property, value));
    return value;
}
constexpr qom::ValueType kCount{.name = "int", .parse = &type_ref<std::int64_t>, .refine = not_negative};

constexpr qom::Property number(std::string_view name, std::int64_t otherwise) {
    return qom::property(name, kCount, otherwise).settable();
}
constexpr qom::Property kLoopProperties[] = {number("thread-pool-max", 64), number("aio-max-batch", 0), number("thread-pool-min", 0)};
constexpr qom::Property kThreadProperties[] = {number("poll-max-ns", 32768), number("poll-grow", 0), number("poll-shrink", 0)};
constexpr const qom::Type* kInterfaces[] = {&qom::kUserCreatable};

Result<void> check_values(const qom::Values& values) {
    for (std::string_view name : {"poll-max-ns", "poll-grow", "poll-shrink", "aio-max-batch", "thread-pool-min", "thread-pool-max"})
        if (const qom::Property* property = values.type().find(name); property && values.given(*property))
            RHEA_CHECK(check_range(*property, *values.given(*property)));
    const auto most = values.integer("thread-pool-max");
    if (most == 0 || values.integer("thread-pool-min") > most) return fail("bad thread-pool-min/thread-pool-max values");
    return {};
}

Result<std::unique_ptr<qom::Object>> create_thread(qom::Creation& creation) {
    RHEA_CHECK(check_values(creation.values));
    return std::make_unique<Iothread>(std::move(creation.values));
}

/// There is one main loop; so is its object.
class MainLoop final : public qom::Object {
public:
    explicit MainLoop(qom::Values values) : Object(std::move(values)) { ++count; }
    ~MainLoop() override { --count; }
    static inline unsigned count = 0;
};

Result<std::unique_ptr<qom::Object>> create_main_loop(qom::Creation& creation) {
    RHEA_CHECK(check_values(creation.values));
    if (MainLoop::count != 0) return fail("only one main-loop instance allowed");
    return std::make_unique<MainLoop>(std::move(creation.values));
}

}  // namespace

constinit const qom::Type kEventLoop{
    .name = "event-loop-base", .parent = &qom::kObject, .abstract = true, .interfaces = kInterfaces, .properties = kLoopProperties};
constinit const qom::Type Iothread::kType{
    .name = "iothread", .parent = &kEventLoop, .properties = kThreadProperties, .create = create_thread};
constinit const qom::Type kMainLoop{.name = "main-loop", .parent = &kEventLoop, .create = create_main_loop};

Iothread::Iothread(qom::Values values) : Object(std::move(values)) {
    uv_loop_init(&loop_);
    uv_async_init(&loop_, &end_, [](uv_async_t* end) { uv_close(reinterpret_cast<uv_handle_t*>(end), nullptr); });
    std::promise<std::int64_t> started;
    auto id = started.get_future();
    thread_ = std::thread([this, &started] {
        started.set_value(::gettid());
        uv_run(&loop_, UV_RUN_DEFAULT);
    });
    thread_id_ = id.get();
}

Iothread::~Iothread() {
    uv_async_send(&end_);
    thread_.join();
    uv_loop_close(&loop_);
}

}  // namespace rhea
