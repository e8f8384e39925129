/* The Telnet service that firmware 1.0 of a fictitious doorbell should not have:  telnetd -l PROGRAM
 * Gives PROGRAM to whoever connects to port 23. A stand-in for the planted fault; never run it. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int count, char **arguments)
{
    struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(23) };
    int client, listener = socket(AF_INET, SOCK_STREAM, 0);
    const char *program = count == 3 && strcmp(arguments[1], "-l") == 0 ? arguments[2] : "/bin/login";
    if (bind(listener, (struct sockaddr *)&any, sizeof any) < 0 || listen(listener, 4) < 0) {
        perror("telnetd");
        return 1;
    }
    signal(SIGCHLD, SIG_IGN);
    while ((client = accept(listener, 0, 0)) >= 0) {
        if (fork() == 0) {
            static const unsigned char will_echo[] = { 255, 251, 1, 255, 251, 3 };
            dup2(client, 0);
            dup2(client, 1);
            dup2(client, 2);
            if (write(1, will_echo, sizeof will_echo) > 0) execl(program, program, (char *)0);
            _exit(127);
        }
        close(client);
    }
    return 1;
}
