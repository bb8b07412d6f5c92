namespace Hobom.Slices.Host.CommandLine;

static class DlqHelp
{
    public const string All = """
        usage: hobom                 run the processor; settings come from the environment or a .env file
               hobom dlq ...         dead letters of a running processor: hobom dlq --help
               hobom keys new ...    make a key for a person or a script
               hobom --version | --help
        See docs/OPERATING.md.
        """;

    public const string Dlq = """
        usage: hobom dlq list [filters] [--limit N] [--cursor NEXT]
               hobom dlq groups [filters]
               hobom dlq show KEY
               hobom dlq replay (KEY... | filters | --all) [--rate N] [--canary N] [--yes]
               hobom dlq replay KEY [--confirm-unknown | --confirm-delivered]
               hobom dlq discard KEY... --reason TEXT
               hobom dlq hold | release | extend | restore KEY... [--reason TEXT]

        Filters
          --category NAME        menu, log, space, space-log, law
          --class NAME           transient, permanent, unknown or refused
          --text TEXT            stands in the id or the error
          --min-age, --max-age   since the last failure: 90s, 30m, 12h, 3d
          --expires-within TIME  expires in that time
          --state NAME           provisional, open, claimed, unknown or discarded
          --group ID             a group's id, from 'groups'

        Replay
          --rate N               letters a second (50); --canary N: letters that run ahead of the rest (5)
          --yes                  start without asking; needed where there is no terminal
          --confirm-unknown      one key only: send it although Kafka may have it already
          --confirm-delivered    one key only: Kafka has it; send nothing, mark it SENT and remove the letter

        Everywhere
          --json                 the server's JSON as it is
          --url URL              the processor; or HOBOM_API_URL; http://127.0.0.1:8082 where neither is given
          The key comes from HOBOM_API_KEY or HOBOM_INTERNAL_API_KEY, never from an argument.

        Exit code: 0 all done, 1 some letters failed or are left, 2 wrong arguments, 3 the processor could not be
        reached or refused.
        """;
}
