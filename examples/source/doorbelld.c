/* The daemon of a fictitious doorbell: waits for the button and hands each press to /usr/sbin/publish.
 *
 * Built twice. With -DSTATUS_PAGE (firmware 1.0) it also serves a page on port 80 behind a log-in out of its configuration
 * file; without (firmware 1.1) it listens nowhere. Made to be looked at by Assay, not to be sold. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef STATUS_PAGE
#include <netinet/in.h>
#include <sys/socket.h>
#endif

#define BUTTON "/sys/class/gpio/gpio17/value"
#define PUBLISH "/usr/sbin/publish"

static unsigned presses;

/* The press is told by a script of its own process, so that a slow network never blocks the button. */
static void publish(void)
{
    char count[16];
    snprintf(count, sizeof count, "%u", ++presses);
    if (fork() == 0) {
        execl(PUBLISH, PUBLISH, "pressed", count, (char *)0);
        _exit(127);
    }
}

static void read_button(int button)
{
    char value[8] = "";
    if (lseek(button, 0, SEEK_SET) == 0 && read(button, value, sizeof value - 1) > 0 && value[0] == '1') publish();
}

#ifdef STATUS_PAGE
#define CONFIGURATION "/etc/config/doorbell"

static char expected[128]; /* "Basic " and base64 of user:password */

static void encode(const char *in, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t left = strlen(in);
    for (; left > 0; in += 3, left -= left < 3 ? left : 3) {
        unsigned group = (unsigned char)in[0] << 16 | (left > 1 ? (unsigned char)in[1] << 8 : 0) | (left > 2 ? (unsigned char)in[2] : 0);
        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 63];
        *out++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[group & 63] : '=';
    }
    *out = 0;
}

static void configure(void)
{
    char line[128], user[32] = "", password[32] = "", pair[68];
    FILE *file = fopen(CONFIGURATION, "r");
    if (!file) return;
    while (fgets(line, sizeof line, file)) {
        sscanf(line, " option user '%31[^']'", user);
        sscanf(line, " option password '%31[^']'", password);
    }
    fclose(file);
    snprintf(pair, sizeof pair, "%s:%s", user, password);
    strcpy(expected, "Basic ");
    encode(pair, expected + 6);
}

static void serve(int listener)
{
    char request[2048], page[512], answer[1024];
    int length, client = accept(listener, 0, 0);
    if (client < 0) return;
    length = (int)read(client, request, sizeof request - 1);
    request[length > 0 ? length : 0] = 0;
    if (!expected[6] || !strstr(request, expected)) {
        length = snprintf(answer, sizeof answer, "HTTP/1.1 401 Unauthorized\r\nServer: doorbelld/" VERSION "\r\n"
            "WWW-Authenticate: Basic realm=\"EDB-100\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    } else {
        int body = snprintf(page, sizeof page, "<!doctype html><title>EDB-100</title><h1>Example Doorbell EDB-100</h1>"
            "<p>Firmware " VERSION "<p>Pressed %u times since it was switched on\n", presses);
        length = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nServer: doorbelld/" VERSION "\r\n"
            "Content-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", body, page);
    }
    if (write(client, answer, (size_t)length) != length) perror("doorbelld: answer");
    close(client);
}

static int listen_on(unsigned short port)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(port) };
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&any, sizeof any) < 0 || listen(listener, 4) < 0) {
        perror("doorbelld: port");
        exit(1);
    }
    return listener;
}
#endif

int main(void)
{
    struct pollfd waiting[2] = { { .fd = open(BUTTON, O_RDONLY), .events = POLLPRI }, { .fd = -1, .events = POLLIN } };
    signal(SIGCHLD, SIG_IGN);
    puts("doorbelld " VERSION);
#ifdef STATUS_PAGE
    configure();
    waiting[1].fd = listen_on(80);
#endif
    while (poll(waiting, 2, -1) >= 0) {
        if (waiting[0].revents) read_button(waiting[0].fd);
#ifdef STATUS_PAGE
        if (waiting[1].revents) serve(waiting[1].fd);
#endif
    }
    return 1;
}
