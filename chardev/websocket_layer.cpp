#include "chardev/websocket_layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <optional>

#include "chardev/sha1.h"
#include "qobject/base64.h"

namespace rhea {

namespace {

constexpr std::size_t kMaxRequest = 4096;
constexpr std::size_t kMaxControl = 125;
enum Status : unsigned { kProtocolError = 1002, kUnacceptable = 1003, kPolicy = 1008 };
constexpr std::size_t kKeySize = 24;

enum Opcode : unsigned char { kContinuation = 0, kBinary = 2, kClose = 8, kPing = 9, kPong = 10 };

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::string_view take_until(std::string_view& text, std::string_view end) {
    const auto at = text.find(end);
    const auto part = text.substr(0, at);
    text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
    return part;
}

/// A header of a request, which ends with an empty line.
std::optional<std::string_view> header(std::string_view request, std::string_view name) {
    take_until(request, "\r\n");
    while (!request.empty()) {
        std::string_view line = take_until(request, "\r\n");
        const auto key = take_until(line, ":");
        if (same(trim(key), name)) return trim(line);
    }
    return std::nullopt;
}

bool lists(std::string_view list, std::string_view word) {
    while (!list.empty())
        if (same(trim(take_until(list, ",")), word)) return true;
    return false;
}

std::string http_date() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday, kMonths[utc.tm_mon],
                       utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string response(std::string_view status, std::string_view rest) {
    return fmt::format("HTTP/1.1 {}\r\nServer: QEMU VNC\r\nDate: {}\r\n{}", status, http_date(), rest);
}

std::string refusal(std::string_view status, std::string_view rest = "\r\n") {
    return response(status, fmt::format("Connection: close\r\n{}", rest));
}

/// The whole answer to a request.
std::string answer(std::string_view request, bool& accepted) {
    constexpr std::string_view kVersion = "Sec-WebSocket-Version: 13\r\n";
    std::string_view rest = request;
    std::string_view line = take_until(rest, "\r\n");
    const auto method = take_until(line, " "), path = take_until(line, " ");
    if (method == "GET" && path != "/") return refusal("404 Not Found");
    const auto upgrade = header(request, "Upgrade"), connection = header(request, "Connection"),
               version = header(request, "Sec-WebSocket-Version"), key = header(request, "Sec-WebSocket-Key"),
               protocols = header(request, "Sec-WebSocket-Protocol");
    accepted = method == "GET" && line == "HTTP/1.1" && header(request, "Host") && upgrade && lists(*upgrade, "websocket") &&
               connection && lists(*connection, "upgrade") && version == "13" && key && key->size() == kKeySize &&
               (!protocols || lists(*protocols, "binary"));
    if (!accepted) return refusal("400 Bad Request", kVersion);
    return response("101 Switching Protocols",
                    fmt::format("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n{}\r\n",
                                websocket_accept(*key), protocols ? "Sec-WebSocket-Protocol: binary\r\n" : ""));
}

void put_frame(Opcode opcode, std::string_view payload, std::string& wire) {
    wire += static_cast<char>(0x80 | opcode);
    const std::size_t size = payload.size();
    const int bytes = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
    wire += static_cast<char>(bytes == 0 ? size : bytes == 2 ? 126 : 127);
    for (int shift = 8 * bytes - 8; shift >= 0; shift -= 8) wire += static_cast<char>(size >> shift);
    wire += payload;
}

}  // namespace

std::string websocket_accept(std::string_view key) {
    const auto digest = sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    return base64_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

void WebsocketLayer::input(std::string_view wire, LayerInput& out) {
    if (over_) return;
    if (!ready_) {
        in_ += wire;
        handshake(out);
        if (!ready_) return;
    } else {
        in_ += wire;
    }
    at_ = 0;
    while (!over_) {
        if (!in_frame_ && !take_header(out)) break;
        take_payload(out);
        if (left_ > 0) break;
        finish_frame(out);
    }
    in_.erase(0, at_);
}

void WebsocketLayer::handshake(LayerInput& out) {
    const auto end = in_.find("\r\n\r\n");
    if (end == std::string::npos && in_.size() < kMaxRequest) return;
    if (end == std::string::npos || end > kMaxRequest) {
        out.reply += refusal("403 Request Entity Too Large");
        out.end = over_ = true;
        return;
    }
    out.reply += answer(std::string_view(in_).substr(0, end + 2), ready_);
    in_.erase(0, end + 4);
    if (!ready_) out.end = over_ = true;
}

/// False: it is not complete yet, or wrong.
bool WebsocketLayer::take_header(LayerInput& out) {
    const std::size_t size = in_.size() - at_;
    if (size < 2) return false;
    const auto byte = [this](std::size_t i) { return static_cast<unsigned char>(in_[at_ + i]); };
    const unsigned size_code = byte(1) & 0x7f;
    const std::size_t size_bytes = size_code == 126 ? 2 : size_code == 127 ? 8 : 0;
    const bool fin = byte(0) & 0x80, masked = byte(1) & 0x80, control = byte(0) & 0x08;
    opcode_ = byte(0) & 0x0f;
    // RFC 6455, sections 5.1, 5.2, 5.4 and 5.5; status and words as QEMU 7.2, which lets the first two and the last pass.
    if (byte(0) & 0x70) return fail(kProtocolError, "reserved bits must be clear", out);
    if (!masked) return fail(kProtocolError, "client frames must be masked", out);
    const bool known = opcode_ == kBinary || (opcode_ == kContinuation && fragmented_) || (control && opcode_ <= kPong);
    if (!known) return fail(kUnacceptable, "only binary, close, ping, and pong frames are supported", out);
    if (control && !fin) return fail(kPolicy, "only binary frames may be fragmented", out);
    if (control && size_code > kMaxControl) return fail(kProtocolError, "control frame is too large", out);
    if (opcode_ == kBinary && fragmented_) return fail(kProtocolError, "the message before is not complete", out);
    if (size < 2 + size_bytes + 4) return false;
    left_ = size_bytes == 0 ? size_code : 0;
    for (std::size_t i = 0; i < size_bytes; ++i) left_ = left_ << 8 | byte(2 + i);
    for (std::size_t i = 0; i < 4; ++i) mask_[i] = byte(2 + size_bytes + i);
    mask_at_ = 0;
    at_ += 2 + size_bytes + 4;
    in_frame_ = true;
    if (!control) fragmented_ = !fin;
    return true;
}

/// A data frame's payload goes on as it comes.
void WebsocketLayer::take_payload(LayerInput& out) {
    const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in_.size() - at_));
    std::string& to = opcode_ <= kBinary ? out.plain : control_;
    for (std::size_t i = 0; i < size; ++i)
        to += static_cast<char>(static_cast<unsigned char>(in_[at_ + i]) ^ mask_[mask_at_++ % 4]);
    at_ += size;
    left_ -= size;
}

void WebsocketLayer::finish_frame(LayerInput& out) {
    in_frame_ = false;
    const std::string payload = std::exchange(control_, {});
    if (opcode_ == kPing) put_frame(kPong, payload, out.reply);
    if (opcode_ != kClose) return;
    over_ = out.end = true;
    if (std::exchange(close_sent_, true)) return;
    put_frame(kClose, "\x03\xe8peer requested close", out.reply);
}

bool WebsocketLayer::fail(unsigned status, std::string_view reason, LayerInput& out) {
    over_ = out.end = close_sent_ = true;
    std::string payload{static_cast<char>(status >> 8), static_cast<char>(status & 0xff)};
    put_frame(kClose, payload.append(reason), out.reply);
    return false;
}

void WebsocketLayer::output(std::string_view plain, std::string& wire) {
    if (!close_sent_) put_frame(kBinary, plain, wire);      // nothing follows a close frame (RFC 6455, 5.5.1)
}

void WebsocketLayer::close(std::string& wire) {
    if (!std::exchange(close_sent_, true)) put_frame(kClose, "\x03\xe8", wire);
}

}  // namespace rhea
