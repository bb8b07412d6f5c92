using FsCheck.Xunit;
using Hobom.Slices.Runtime.Delivering;

namespace Hobom.Slices.Tests.Fast.Shared.Runtime.Delivering;

public class DeliveryWindowTests
{
    const int CountLimit = 5;
    const long ByteLimit = 20;
    const int ParkLimit = 2;

    [Property(MaxTest = 400)]
    public void It_is_never_over_its_limits_and_everybody_gets_in_in_the_order_of_coming(int seed, byte guests) =>
        OnOneThread.Run(() =>
        {
            var crowd = new Crowd(new Random(seed), guests % 40);
            while (crowd.Move())
            {
            }

            Assert.Empty(crowd.Faults);
            Assert.Equal(crowd.Came, crowd.Entered);
            Assert.True(crowd.Window.WhenEmptyAsync().IsCompleted);
        });

    [Fact]
    public void It_is_empty_only_when_nobody_is_inside_parked_or_waiting() =>
        OnOneThread.Run(() =>
        {
            var window = new DeliveryWindow(1, ByteLimit, ParkLimit);
            var pause = new TaskCompletionSource();
            _ = window.EnterAsync(1, 1);
            var waiting = window.EnterAsync(1, 1);
            var empty = window.WhenEmptyAsync();
            var aside = window.StepAsideAsync(1, 1, () => pause.Task);
            Assert.True(waiting.IsCompleted);
            window.Leave(1, 1);
            Assert.False(empty.IsCompleted);
            pause.SetResult();
            Assert.True(aside.IsCompleted);
            window.Leave(1, 1);
            Assert.True(empty.IsCompleted);
        });

    enum Place
    {
        Waiting,
        Inside,

        /// <summary>Has asked to step aside, and may wait for room to park.</summary>
        SteppingAside,
        Parked,
        Gone,
    }

    /// <summary>One that enters, perhaps steps aside once and comes back, and leaves.</summary>
    sealed class Guest(int weight, long size)
    {
        public int Weight => weight;

        public long Size => size;

        public Place Place { get; set; }

        public TaskCompletionSource Pause { get; } = new();
    }

    sealed class Crowd
    {
        readonly Random chance;

        public Crowd(Random chance, int guests)
        {
            this.chance = chance;
            Came = [.. Enumerable.Range(0, guests).Select(_ => new Guest(chance.Next(1, 8), chance.Next(0, 30)))];
            foreach (var guest in Came) _ = EnterAsync(guest);
        }

        public DeliveryWindow Window { get; } = new(CountLimit, ByteLimit, ParkLimit);

        public Guest[] Came { get; }

        public List<Guest> Entered { get; } = [];

        public List<string> Faults { get; } = [];

        /// <summary>False when everybody has gone.</summary>
        public bool Move()
        {
            var free = Came.Where(g => g.Place is Place.Inside or Place.Parked).ToArray();
            if (free.Length == 0)
            {
                Assert.All(Came, g => Assert.Equal(Place.Gone, g.Place));
                return false;
            }

            var guest = free[chance.Next(free.Length)];
            if (guest.Place == Place.Parked) guest.Pause.SetResult();
            else if (!guest.Pause.Task.IsCompleted && chance.Next(2) == 0) _ = StepAsideAsync(guest);
            else
            {
                guest.Place = Place.Gone;
                Window.Leave(guest.Weight, guest.Size);
            }

            return true;
        }

        async Task EnterAsync(Guest guest)
        {
            await Window.EnterAsync(guest.Weight, guest.Size);
            Entered.Add(guest);
            ComeIn(guest);
        }

        async Task StepAsideAsync(Guest guest)
        {
            guest.Place = Place.SteppingAside;
            await Window.StepAsideAsync(guest.Weight, guest.Size, async () =>
            {
                guest.Place = Place.Parked;
                if (Came.Count(g => g.Place == Place.Parked) > ParkLimit) Faults.Add("too many are parked");
                await guest.Pause.Task;
                guest.Place = Place.Waiting;
            });
            ComeIn(guest);
        }

        void ComeIn(Guest guest)
        {
            guest.Place = Place.Inside;
            var inside = Came.Where(g => g.Place == Place.Inside).ToArray();
            if (inside.Length <= 1) return;
            if (inside.Sum(g => g.Weight) > CountLimit) Faults.Add("too many are inside");
            if (inside.Sum(g => g.Size) > ByteLimit) Faults.Add("too many bytes are inside");
        }
    }
}
