using System.Text;
using Assay.Assessment.Catalogues;
using Assay.Assessment.Declarations;
using Assay.Assessment.Tests.Checks;
using Assay.Assessment.Verdicts;
using Assay.Evidence;

namespace Assay.Assessment.Tests.Reports;

/// <summary>An assessment with records of decision trees, answered for all catalogues: every end, every outcome of a record, what is missing, and hostile names.</summary>
internal static class Answered
{
    public const string Paper = """
        en18031:
          - { requirement: ACM-1, asset: Wi-Fi key, mechanism: settings page, facts: { Access: the owner }, path: { DN-1: no, DN-2: no, DN-3: no, DN-4: yes }, reason: a log-in stands before it }
          - { requirement: ACM-1, asset: time of day, path: { DN-1: yes }, reason: shown to everybody }
          - { requirement: ACM-1, asset: camera picture, path: { DN-1: no, DN-2: no }, reason: not answered to its end }
          - { requirement: AUM-5-1, asset: password of root, path: { DN-1: no, DN-2: yes, DN-3: yes }, reason: random in the factory }
          - { requirement: SUM-1, asset: boot ROM, path: { DN-1: yes, DN-2: no, DN-3: yes }, reason: masked }
          - { requirement: SUM-3, mechanism: over the air, path: { DN-1: no, DN-2: no, DN-3: no }, reason: a person at the device }
          - { requirement: GEC-2, asset: web page, path: { DN-1: yes, DN-2: yes, DN-3: yes }, reason: setting up needs it }
          - { requirement: GEC-5, none: the case has no opening }
          - { requirement: SSM-1, asset: HOSTILE, path: { DN-1: no, DN-2: yes }, reason: HOSTILE }
          - { requirement: CCK-1, asset: key of the cloud, path: { DN-1: no } }
        """;

    public static AssessmentResult Result()
    {
        var examined = Plant.Image().Saw(FindingKind.Credential, "root", Traits.KnownDefault, Traits.PasswordHash).Saw(FindingKind.Service, "telnetd", Traits.Telnet, Traits.StartedAtBoot).Examined();
        var trees = Declaration.Read([Artefact.Of("declaration/en18031.yaml", Encoding.UTF8.GetBytes(Paper))], Plant.AsOf).Trees.Select(t => t with
        {
            Asset = t.Asset.Replace("HOSTILE", Demo.Hostile, StringComparison.Ordinal),
            Reason = t.Reason?.Replace("HOSTILE", Demo.Hostile, StringComparison.Ordinal),
            SignedBy = t.Asset == "time of day" ? null : Plant.Maker,
        });
        examined = examined with { Declaration = examined.Declaration with { Trees = [.. trees] } };
        return new Carrying(Catalogue.Default, Catalogue.All).Onto(Evaluation.Of(examined, Catalogue.Default), examined);
    }
}
