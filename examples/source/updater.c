/* The updater of a fictitious doorbell:  updater URL FILE  fetches URL into FILE; status 0 when all of it arrived.
 *
 * Built twice. With -DPLAIN_HTTP (firmware 1.0, which asks for the newest version with it) it speaks HTTP itself. Without (firmware 1.1) it takes
 * https addresses only and leaves the protocol to curl, with the maker's own root as the only one it believes; the script
 * that calls it checks the signature before anything is written. Made to be looked at by Assay, not to be sold. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef PLAIN_HTTP
#include <netdb.h>
#include <sys/socket.h>

static int connect_to(const char *host)
{
    struct addrinfo *found, hint = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    if (getaddrinfo(host, "80", &hint, &found) != 0) return -1;
    for (struct addrinfo *at = found; at; at = at->ai_next) {
        int connection = socket(at->ai_family, at->ai_socktype, at->ai_protocol);
        if (connection >= 0 && connect(connection, at->ai_addr, at->ai_addrlen) == 0) return connection;
        if (connection >= 0) close(connection);
    }
    return -1;
}

static int fetch(const char *url, const char *file)
{
    char host[128], path[256] = "", buffer[4096];
    long expected = -1, arrived;
    FILE *in, *out;
    int connection;
    if (sscanf(url, "http://%127[^/]/%255s", host, path) < 1) {
        fprintf(stderr, "updater: expected an address that begins with http://, found %s\n", url);
        return 2;
    }
    connection = connect_to(host);
    in = connection < 0 ? 0 : fdopen(connection, "r+");
    out = fopen(file, "w");
    if (!in || !out) {
        perror("updater");
        return 1;
    }
    fprintf(in, "GET /%s HTTP/1.1\r\nHost: %s\r\nUser-Agent: EDB-100-updater/" VERSION "\r\nConnection: close\r\n\r\n", path, host);
    fflush(in);
    while (fgets(buffer, sizeof buffer, in) && buffer[0] != '\r') {
        if (strncasecmp(buffer, "Content-Length:", 15) == 0) expected = strtol(buffer + 15, 0, 10);
    }
    for (arrived = 0;;) {
        size_t part = fread(buffer, 1, sizeof buffer, in);
        if (part == 0 || fwrite(buffer, 1, part, out) != part) break;
        arrived += (long)part;
    }
    return fclose(out) == 0 && arrived == expected ? 0 : 1;
}
#else
static int fetch(const char *url, const char *file)
{
    if (strncmp(url, "https://", 8) != 0) {
        fprintf(stderr, "updater: expected an address that begins with https://, found %s\n", url);
        return 2;
    }
    execl("/usr/bin/curl", "curl", "--proto", "=https", "--tlsv1.3", "--fail", "--silent", "--show-error",
        "--remove-on-error", "--max-filesize", "16777216", "--cacert", "/etc/update/maker-root.pem",
        "--user-agent", "EDB-100-updater", "--output", file, "--", url, (char *)0);
    perror("updater: curl");
    return 1;
}
#endif

int main(int count, char **arguments)
{
    if (count != 3) {
        fputs("updater " VERSION ": updater URL FILE\n", stderr);
        return 2;
    }
    return fetch(arguments[1], arguments[2]);
}
