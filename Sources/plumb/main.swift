import CLI

exit(with: await runPlumb())
