import Glibc
import Lab

exit(await runLab(Array(CommandLine.arguments.dropFirst())))
