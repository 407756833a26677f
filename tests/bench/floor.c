/* The floor of the bench: what a server costs that does no work at all. It greets one client and answers every line with the
 * same reply, by epoll, read and write alone: no JSON, no look-up, no library. A round trip cannot well be shorter.
 * Usage: floor SOCKET */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char kGreeting[] =
    "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 0}, \"package\": \"floor\"}, "
    "\"capabilities\": []}}\r\n";
static const char kReply[] = "{\"return\": {\"status\": \"running\", \"singlestep\": false, \"running\": true}}\r\n";

static char input[1 << 16];
static char output[sizeof kReply * 1024];

static int put(int client, const char* bytes, size_t size) {
    while (size > 0) {
        ssize_t written = write(client, bytes, size);
        if (written <= 0) return -1;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

/* One reply for each line in `input`. */
static int answer(int client, size_t size) {
    const size_t reply = sizeof kReply - 1;
    const char* at = input;
    const char* end = input + size;
    size_t used = 0;
    while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        ++at;
        memcpy(output + used, kReply, reply);
        used += reply;
        if (used + reply > sizeof output) {
            if (put(client, output, used) < 0) return -1;
            used = 0;
        }
    }
    return put(client, output, used);
}

int main(int argc, char** argv) {
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    if (argc != 2 || strlen(argv[1]) >= sizeof where.sun_path) {
        fprintf(stderr, "usage: floor SOCKET\n");
        return 2;
    }
    strcpy(where.sun_path, argv[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr*)&where, sizeof where) < 0 || listen(listener, 1) < 0) {
        perror(argv[1]);
        return 1;
    }
    int client = accept(listener, NULL, NULL);
    if (client < 0 || put(client, kGreeting, sizeof kGreeting - 1) < 0) return 1;

    int poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, client, &event) < 0) return 1;
    for (;;) {
        if (epoll_wait(poller, &event, 1, -1) < 0) return 1;
        ssize_t size = read(client, input, sizeof input);
        if (size <= 0) return 0;
        if (answer(client, (size_t)size) < 0) return 1;
    }
}
