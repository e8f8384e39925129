namespace Assay.Exchange;

internal static class Room;
