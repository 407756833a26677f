#include "machine/char/wacom_tablet.h"

#include "machine/char/own_chardevs.h"

namespace rhea {

namespace {

constexpr int kSpeed = 9600;
constexpr std::size_t kLongestLine = 100, kQueue = 512;      // bytes
constexpr std::string_view kModel = "~#CT-0045R,V1.3-5,", kSettings = "96,N,8,0";
// The tablet's grid, of which an axis of 0x7fff is so much.
constexpr double kScaleX = 0.1537, kScaleY = 0.1152;

}  // namespace

WacomTablet::WacomTablet(const ChardevOptions& options, FileDescriptor log, OwnChardevs& owner)
    : DeviceChardev(options, std::move(log), "wctablet"), owner_(owner) {
    owner_.plug(*this);
}

WacomTablet::~WacomTablet() { owner_.unplug(*this); }

void WacomTablet::left() {
    line_.clear();
    reporting_ = changed_ = false;
}

void WacomTablet::set_parameters(const SerialParameters& parameters) {
    if (parameters.speed == speed_) return;
    speed_ = parameters.speed;
    left();
    forget_waiting();
}

void WacomTablet::received(std::string_view bytes) {
    if (speed_ != kSpeed) return;
    for (const char c : bytes) {
        if (c == '\r' || c == '\n' || c == '@') {
            command(line_);
            line_.clear();
            continue;
        }
        if (line_.size() < kLongestLine) line_ += c;
        // Who asks for the model does not wait for the end of a line.
        if (line_ == "~#") {
            answer(kModel);
            line_.clear();
        }
    }
}

void WacomTablet::command(std::string_view line) {
    if (line == "RE") return answer(kSettings);
    if (line == "SP") reporting_ = false;
    if (line == "ST") {
        reporting_ = true;
        report();
    }
    if (line.size() == 3 && line.starts_with("TS")) {
        const auto n = static_cast<unsigned char>(line[2]);
        const char test[] = {'\xa3', n & 0x80 ? '\x7f' : '\x7e', static_cast<char>((n & 0x7f) ^ 0x57), '\x03', '\x7f', '\x7f', '\x00'};
        answer({test, sizeof test});
    }
}

void WacomTablet::answer(std::string_view bytes) {
    if (speed_ == kSpeed && waiting() + bytes.size() <= kQueue) send(bytes);
}

void WacomTablet::report() {
    const auto x = static_cast<int>(static_cast<double>(x_) * kScaleX), y = static_cast<int>(static_cast<double>(y_) * kScaleY);
    const auto high = [](int value) { return static_cast<char>(value >> 7 & 0x7f); };
    const auto low = [](int value) { return static_cast<char>(value & 0x7f); };
    const char packet[] = {pressed_ ? '\xa0' : '\xe0', high(x), low(x), 0, high(y), low(y), 0};
    answer({packet, sizeof packet});
}

void WacomTablet::input(const InputEvent& event) {
    changed_ = true;
    if (event.type == InputEventKind::abs) {
        const auto& move = std::get<Data<InputMoveEvent>>(event.u).data;
        (move.axis == InputAxis::x ? x_ : y_) = move.value;
    } else if (const auto& press = std::get<Data<InputBtnEvent>>(event.u).data; press.button == InputButton::left) {
        pressed_ = press.down;
    }
}

void WacomTablet::input_done() {
    if (std::exchange(changed_, false) && reporting_) report();
}

}  // namespace rhea
